package bottest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
)

// Identifier is something made up that points to a person, as one might type
// it into a sentence. Nobody's number is among them but by chance.
type Identifier struct {
	Kind     string // what it is, such as "mobile"
	Spelling string // how it is written, such as "keycaps"
	Plain    string // digits and letters alone
	Written  string // as it stands in the text
	before   string
	behind   string
}

// Text is the sentence with the identifier in it.
func (i Identifier) Text() string { return i.before + i.Written + i.behind }

// Left is what of the identifier can still be read in a text that was masked: ""
// when it is gone. The sentences around hold neither digits nor numerals.
func (i Identifier) Left(masked string) string {
	rest := masked[sharedPrefix(masked, i.before):]
	rest = rest[:len(rest)-sharedSuffix(rest, i.behind)]
	return strings.Join(strings.FieldsFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }), " ")
}

func sharedPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

func sharedSuffix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// Identifiers makes n of them up, the same ones for the same seed: every kind in
// every spelling that suits it, over and over.
func Identifiers(n int, seed uint64) []Identifier {
	m := maker{rand.New(rand.NewPCG(seed, seed))}
	list := make([]Identifier, 0, n)
	for round := 0; ; round++ {
		for _, kind := range kinds() {
			for _, spelling := range kind.spellings() {
				if len(list) == n {
					return list
				}
				list = append(list, m.identifier(kind, spelling, round))
			}
		}
	}
}

// kind is one sort of identifier and the sentences people put it into.
type kind struct {
	name      string
	plain     func(maker) string
	around    []string // with a %s
	spellings func() []spelling
}

func kinds() []kind {
	return []kind{
		{"mobile", maker.mobile, []string{"我的手机号是%s，开不了", "%s", "打 %s 找我", "call me on %s please", "借呗开通不了 %s"}, numberSpellings},
		{"mobile with country", func(m maker) string { return "86" + m.mobile() }, []string{"电话 +%s", "reach me: +%s"}, numberSpellings},
		{"landline", func(m maker) string { return "0" + m.digits(2, "1-9") + m.digits(8, "2-9") }, []string{"座机%s", "my phone is %s"}, numberSpellings},
		{"landline without area", func(m maker) string { return m.digits(8, "2-9") }, []string{"家里座机 %s", "联系电话：%s"}, numberSpellings},
		{"Hong Kong phone", func(m maker) string { return "852" + "9" + m.digits(7, "0-9") }, []string{"香港电话+%s", "+%s"}, numberSpellings},
		{"identity card", maker.idCard, []string{"身份证%s过期了", "%s", "my ID is %s", "帮我查 %s"}, numberSpellings},
		{"identity card of old", maker.oldIDCard, []string{"身份证号%s", "老身份证 %s"}, numberSpellings},
		{"bank card", maker.bankCard, []string{"卡号%s绑不上", "my bank card %s", "%s"}, numberSpellings},
		{"passport", func(m maker) string { return "E" + m.digits(8, "0-9") }, []string{"护照%s", "my passport number is %s"}, documentSpellings},
		{"permit", func(m maker) string { return "C" + m.digits(8, "0-9") }, []string{"港澳通行证%s", "通行证号码是 %s"}, documentSpellings},
		{"SMS code", func(m maker) string { return m.digits(6, "0-9") }, []string{"验证码是%s", "收到的验证码 %s", "the code is %s"}, codeSpellings},
		{"password", func(m maker) string { return "qX" + m.letters(4) + m.digits(3, "1-9") }, []string{"密码是%s", "密码：%s", "my password is %s"}, secretSpellings},
		{"e-mail", func(m maker) string { return m.letters(7) + "@" + m.letters(6) + ".com" }, []string{"邮箱 %s", "write to %s please", "%s"}, addressSpellings},
	}
}

// maker makes things up.
type maker struct{ random *rand.Rand }

func (m maker) identifier(k kind, s spelling, round int) Identifier {
	plain := k.plain(m)
	before, behind, _ := strings.Cut(k.around[(round+m.random.IntN(len(k.around)))%len(k.around)], "%s")
	return Identifier{k.name, s.name, plain, s.write(m, plain), before, behind}
}

// digits makes up n digits from a range such as "1-9".
func (m maker) digits(n int, from string) string {
	var b strings.Builder
	for range n {
		b.WriteByte(from[0] + byte(m.random.IntN(int(from[2]-from[0])+1)))
	}
	return b.String()
}

func (m maker) letters(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte('a' + byte(m.random.IntN(26)))
	}
	return b.String()
}

func (m maker) mobile() string { return "1" + m.digits(1, "3-9") + m.digits(9, "0-9") }

func (m maker) birthday() string {
	return fmt.Sprintf("19%02d%02d%02d", 50+m.random.IntN(50), 1+m.random.IntN(12), 1+m.random.IntN(28))
}

func (m maker) province() string {
	return []string{"110105", "310104", "440305", "510107", "330106"}[m.random.IntN(5)]
}

// idCard has a check character that is right (ISO 7064 MOD 11-2).
func (m maker) idCard() string {
	body := m.province() + m.birthday() + m.digits(3, "0-9")
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * weight
	}
	return body + string("10X98765432"[sum%11])
}

func (m maker) oldIDCard() string { return m.province() + m.birthday()[2:] + m.digits(3, "0-9") }

// bankCard is a number of 13 to 19 digits that passes Luhn's test.
func (m maker) bankCard() string {
	body := "62" + m.digits(10+m.random.IntN(7), "0-9")
	sum := 0
	for i := range body {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			d = 2*d/10 + 2*d%10
		}
		sum += d
	}
	return body + string(byte('0'+(10-sum%10)%10))
}

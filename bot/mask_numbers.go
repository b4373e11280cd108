package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// longNumber is the length from which a run of digits is hidden: the
	// length of a Chinese mobile number, the shortest that points to a person.
	longNumber = 11
	// shortNumber is the length from which a run is hidden when the words
	// around it announce a number: people split cards into fours.
	shortNumber = 4
	// reach is how far, in characters, an announcement goes.
	reach = 12
	// maxGap is how many separators keep one number together.
	maxGap = 6
)

// group is digits with nothing between them.
type group struct {
	start, end int    // byte offsets
	gap        string // what stands before it, "" for the first
	digits     []byte
}

// digitRun is a stretch of a text that reads as one number.
type digitRun struct {
	start, end int // byte offsets
	digits     string
}

// joined makes one number of neighbouring groups.
func joined(groups []group) digitRun {
	var digits strings.Builder
	for _, g := range groups {
		digits.Write(g.digits)
	}
	return digitRun{groups[0].start, groups[len(groups)-1].end, digits.String()}
}

// longNumbers finds what digitRuns finds, named, but for what people need.
func (m *Masker) longNumbers(text string) []span {
	var spans []span
	for _, run := range digitRuns(text) {
		if !m.isOrder(run, text) {
			spans = append(spans, span{run.start, run.end, numberKind(run.digits)})
		}
	}
	return spans
}

// isOrder says whether a number is called that of an order, and can be nothing
// else: no phone, no identity card, no bank card.
func (m *Masker) isOrder(run digitRun, text string) bool {
	d := run.digits
	whole := run.end-run.start == len(d) // nothing in between
	return whole && len(d) > longNumber && !isPhone(d) && !isIDCard(d) && (len(d) < 13 || len(d) > 19 || !luhn(d)) &&
		m.orders.MatchString(text[max(0, run.start-orderReach):run.start])
}

// orderReach is how far, in bytes, the name of an order is looked for.
const orderReach = 48

// digitRuns finds the long numbers of a text, whatever script they are
// written in and however they are spaced.
func digitRuns(text string) []digitRun {
	var runs []digitRun
	for _, groups := range stretches(text) {
		if whole := joined(groups); holdsBirthday(whole.digits) {
			runs = append(runs, whole)
			continue
		}
		for _, part := range withoutDates(groups) {
			runs = append(runs, oneNumber(part)...)
		}
	}
	return runs
}

// scan walks through a text and gathers the groups between which stand only
// separators.
type scan struct {
	text    string
	done    [][]group
	stretch []group
	have    int // digits in the stretch
	gap     int // separators since its last group
}

func stretches(text string) [][]group {
	s := scan{text: text}
	for i, r := range text {
		d, ok := digitOf(r, s.have)
		switch {
		case ok:
			s.digit(d, i, i+utf8.RuneLen(r))
		default:
			s.separator(r, i)
		}
	}
	s.finish()
	return s.done
}

func (s *scan) digit(d byte, start, end int) {
	if len(s.stretch) == 0 {
		s.stretch = append(s.stretch, group{start: start})
	} else if s.gap > 0 {
		before := s.stretch[len(s.stretch)-1].end
		s.stretch = append(s.stretch, group{start: start, gap: s.text[before:start]})
	}
	last := &s.stretch[len(s.stretch)-1]
	last.digits, last.end = append(last.digits, d), end
	s.have, s.gap = s.have+1, 0
}

// separator ends the stretch if r is none, or one too many, or completes the
// stars of a number hidden before.
func (s *scan) separator(r rune, at int) {
	s.gap++
	if s.gap > maxGap || !separates(r) || strings.HasSuffix(s.text[:at+1], hidden) {
		s.finish()
	}
}

func (s *scan) finish() {
	if len(s.stretch) > 0 {
		s.done = append(s.done, s.stretch)
	}
	s.stretch, s.have, s.gap = nil, 0, 0
}

// separates says whether people put r between the digits of one number.
func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)
}

// withoutDates cuts a stretch at its dates, times of day and versions.
func withoutDates(groups []group) [][]group {
	var parts [][]group
	start := 0
	for i := 0; i < len(groups); {
		next := chainEnd(groups, i)
		if ordinaryChain(groups[i:next]) {
			if i > start {
				parts = append(parts, groups[start:i])
			}
			start = next
		}
		i = next
	}
	if start < len(groups) {
		parts = append(parts, groups[start:])
	}
	return parts
}

// chainEnd follows the groups from i on for as long as the same gap joins them.
func chainEnd(groups []group, i int) int {
	end := i + 1
	for end < len(groups) && groups[end].gap == groups[i+1].gap && utf8.RuneCountInString(groups[end].gap) == 1 {
		end++
	}
	return end
}

// ordinaryChain knows 2024-11-05, 10:05:33 and 10.6.20.8000.
func ordinaryChain(chain []group) bool {
	if len(chain) < 2 || len(chain) > 4 {
		return false
	}
	first, total := chain[0].digits, len(joined(chain).digits)
	switch chain[1].gap {
	case ":", "：":
		return len(chain) < 4 && total <= 2*len(chain) && first[0] < '3'
	case ".":
		return len(chain) > 2 && (len(first) <= 2 && total <= 9 || isDate(chain))
	case "-", "/":
		return isDate(chain)
	}
	return false
}

func isDate(chain []group) bool {
	return len(chain) == 3 && len(chain[0].digits) == 4 && isYear(string(chain[0].digits)) &&
		len(chain[1].digits) <= 2 && len(chain[2].digits) <= 2
}

func isYear(digits string) bool {
	return strings.HasPrefix(digits, "19") || strings.HasPrefix(digits, "20")
}

// oneNumber finds the long numbers of a stretch. Its clauses are read as one
// number unless one of them is long by itself or they list amounts.
func oneNumber(groups []group) []digitRun {
	whole := joined(groups)
	if len(whole.digits) < longNumber {
		return nil
	}
	var long []digitRun
	list := clauses(groups)
	for _, clause := range list {
		if run := joined(clause); len(run.digits) >= longNumber {
			long = append(long, run)
		}
	}
	if len(long) == 0 && (isPhone(whole.digits) || !areAmounts(list)) {
		return []digitRun{whole}
	}
	return long
}

// isNumbered says whether a word holds a number as long as one that somebody
// can be called by, and no version.
func isNumbered(word string) bool {
	text := fold(word).text
	if countDigits(text) < shortestPhone {
		return false
	}
	for _, groups := range stretches(text) {
		for _, part := range withoutDates(groups) {
			if len(joined(part).digits) >= shortestPhone {
				return true
			}
		}
	}
	return false
}

// clauses cuts a stretch where a sentence may pause.
func clauses(groups []group) [][]group {
	var list [][]group
	start := 0
	for i, g := range groups {
		if i > 0 && strings.ContainsAny(g.gap, "，,、；;。！!？?\n") {
			list, start = append(list, groups[start:i]), i
		}
	}
	return append(list, groups[start:])
}

// areAmounts tells 5000，10000，20000 from a number in pieces, which has
// zeros in front or short pieces that are not round.
func areAmounts(list [][]group) bool {
	for _, clause := range list {
		digits := joined(clause).digits
		round := digits[len(digits)-1] == '0'
		if digits[0] == '0' || len(digits) <= shortNumber && !round {
			return false
		}
	}
	return true
}

// announced finds shorter numbers near words that announce one, such as the
// two halves of a card number with a word between them.
func (m *Masker) announced(text string) []span {
	cues, calls := m.announces.FindAllStringIndex(text, -1), m.calls.FindAllStringIndex(text, -1)
	if len(cues)+len(calls) == 0 {
		return nil
	}
	var spans []span
	for _, groups := range stretches(text) {
		run := joined(groups)
		if len(run.digits) < shortNumber || m.counts(groups, text) || m.isOrder(run, text) {
			continue
		}
		switch {
		case m.near(run, cues, text):
			spans = append(spans, span{run.start, run.end, maskNumber})
			cues = append(cues, []int{run.start, run.end})
		case len(run.digits) >= shortestPhone && !isHotline(run.digits) && m.near(run, calls, text):
			spans = append(spans, span{run.start, run.end, maskPhone})
		}
	}
	return spans
}

// shortestPhone is a landline without its area; what is shorter is a hot line.
const shortestPhone = 7

// isHotline knows the numbers that are there for everybody.
func isHotline(digits string) bool {
	return len(digits) == 10 && (strings.HasPrefix(digits, "400") || strings.HasPrefix(digits, "800"))
}

// counts says whether a stretch is a date or a number of something.
func (m *Masker) counts(groups []group, text string) bool {
	return len(withoutDates(groups)) == 0 || m.unit.MatchString(text[groups[len(groups)-1].end:])
}

// near says whether a cue stands shortly before a run, with nothing between
// them that makes it another number, or behind it as in 62220202是我的卡号.
func (m *Masker) near(run digitRun, cues [][]int, text string) bool {
	for _, cue := range cues {
		before, behind := run.start-cue[1], cue[0]-run.end
		switch {
		case before >= 0 && before <= reach*utf8.UTFMax:
			between := text[cue[1]:run.start]
			if utf8.RuneCountInString(between) <= reach && !m.setting.MatchString(between) {
				return true
			}
		case behind >= 0 && behind <= reach*utf8.UTFMax && len(run.digits) > shortNumber:
			if m.says.MatchString(text[run.end:cue[0]]) {
				return true
			}
		}
	}
	return false
}

// countDigits counts the digits of a text in any script.
func countDigits(text string) int {
	n := 0
	for _, r := range text {
		if _, ok := digitOf(r, 0); ok {
			n++
		}
	}
	return n
}

// digitOf reads a digit of a folded text, also as it is dictated on the phone. An X counts only as the eighteenth character, where
// identity cards have it.
func digitOf(r rune, have int) (byte, bool) {
	switch r {
	case 'x', 'X', '叉':
		return 'X', have == 17
	case '〇', '零', '○', '洞':
		return '0', true
	case '一', '壹', '幺':
		return '1', true
	case '二', '贰', '貳', '两', '兩':
		return '2', true
	case '三', '叁', '參':
		return '3', true
	case '四', '肆':
		return '4', true
	case '五', '伍':
		return '5', true
	case '六', '陆', '陸':
		return '6', true
	case '七', '柒', '拐':
		return '7', true
	case '八', '捌':
		return '8', true
	case '九', '玖', '勾':
		return '9', true
	}
	switch {
	case r <= unicode.MaxASCII:
		return byte(r), r >= '0' && r <= '9'
	case r >= '一' && r <= '鿿': // other Chinese characters, quickly
		return 0, false
	}
	return '0', unicode.IsNumber(r)
}

// numberKind names what a long number most likely is.
func numberKind(digits string) string {
	switch {
	case isPhone(digits):
		return maskPhone
	case isIDCard(digits):
		return maskIDCard
	}
	return maskNumber
}

func isPhone(digits string) bool {
	local := strings.TrimPrefix(strings.TrimPrefix(digits, "00"), "86")
	return len(local) == 11 && local[0] == '1' && local[1] >= '3'
}

// holdsBirthday says whether 18 digits have a day where identity cards have
// the birthday. Such a number is one, even if the day in it is set apart.
func holdsBirthday(digits string) bool {
	if len(digits) != 18 || !isYear(digits[6:10]) {
		return false
	}
	month, day := digits[10:12], digits[12:14]
	return "01" <= month && month <= "12" && "01" <= day && day <= "31"
}

// isIDCard knows identity cards of 18 characters by their check character, and
// those of old, which have 15, by the province and the birthday.
func isIDCard(digits string) bool {
	switch len(digits) {
	case 18:
		return idCardChecks(digits)
	case 15:
		return digits[0] >= '1' && digits[0] <= '8' && "01" <= digits[8:10] && digits[8:10] <= "12" && "01" <= digits[10:12] && digits[10:12] <= "31"
	}
	return false
}

// luhn verifies the check digit of a bank card.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d = 2*d/10 + 2*d%10
		}
		sum += d
	}
	return sum%10 == 0
}

// idCardChecks verifies the check character of an 18-character identity
// number (ISO 7064 MOD 11-2).
func idCardChecks(digits string) bool {
	sum, weight := 0, 1
	for i := 17; i >= 0; i-- {
		value := int(digits[i] - '0')
		if digits[i] == 'X' {
			value = 10
		}
		sum += value * weight
		weight = weight * 2 % 11
	}
	return sum%11 == 1
}

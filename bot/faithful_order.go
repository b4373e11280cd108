package bot

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// follows says where words do not go along with a text: it is nil where they are the
// text in its order, with nothing put in or left out but words that say little. So
// the words of a text cannot be put together to say something else.
func follows(text, said string) error {
	from, to := tokensOf(text), tokensOf(said)
	inText, inSaid := common(from, to)
	for _, run := range left(to, inSaid) {
		if !saysLittle(run) {
			return fmt.Errorf("%q is not there in the text", strings.Join(run, " "))
		}
	}
	for _, run := range left(from, inText) {
		if !saysLittle(run) {
			return fmt.Errorf("%q is left out", strings.Join(run, " "))
		}
	}
	return nil
}

// tokensOf are the Chinese characters and the beginnings of words of a text that say
// something.
func tokensOf(text string) []string {
	var list []string
	for _, clause := range clausesOf(text) {
		if slices.Contains(kindWords(), clause) {
			continue
		}
		list = append(list, clauseTokens(oneWord().Replace(joiningHan().Replace(clause)))...)
	}
	return list
}

func clauseTokens(clause string) []string {
	var list []string
	for _, piece := range strings.FieldsFunc(clause, func(r rune) bool { return !isHan(r) && r != '\'' && (r < 'a' || r > 'z') }) {
		for piece != "" {
			end := strings.IndexFunc(piece, isHan)
			switch {
			case end == 0:
				r := []rune(piece)[0]
				if !strings.ContainsRune(littleHan, r) || r == '还' || r == '给' || r == '被' { // to repay, to give, to be done to
					list = append(list, string(r))
				}
				piece = piece[len(string(r)):]
				continue
			case end < 0:
				end = len(piece)
			}
			if word := piece[:end]; !slices.Contains(joiningWords(), word) {
				list = append(list, word[:min(len(word), wordStem)])
			}
			piece = piece[end:]
		}
	}
	return list
}

// common marks the tokens of a longest sequence that two have in common.
func common(a, b []string) (inA, inB []bool) {
	lengths := make([][]int, len(a)+1)
	for i := range lengths {
		lengths[i] = make([]int, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if lengths[i][j] = max(lengths[i+1][j], lengths[i][j+1]); x == y {
				lengths[i][j] = lengths[i+1][j+1] + 1
			}
		}
	}
	inA, inB = make([]bool, len(a)), make([]bool, len(b))
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			inA[i], inB[j] = true, true
			i, j = i+1, j+1
		case lengths[i+1][j] >= lengths[i][j+1]:
			i++
		default:
			j++
		}
	}
	return inA, inB
}

// left are the runs of tokens that are not marked.
func left(list []string, marked []bool) [][]string {
	var runs [][]string
	for i, one := range list {
		switch {
		case marked[i]:
		case i > 0 && !marked[i-1]:
			runs[len(runs)-1] = append(runs[len(runs)-1], one)
		default:
			runs = append(runs, []string{one})
		}
	}
	return runs
}

// saysLittle says whether a run is made of words that say little where they are.
func saysLittle(run []string) bool {
	text := strings.Join(run, "")
	for text != "" {
		i := slices.IndexFunc(littleWords(), func(word string) bool { return strings.HasPrefix(text, word) })
		if i < 0 {
			return false
		}
		text = text[len(littleWords()[i]):]
	}
	return true
}

// littleWords may be put in or left out: they point at what is there already, or
// are steps of a sentence. Longer ones stand before their beginnings.
func littleWords() []string {
	return strings.Fields("资料 结果 页面 信息 时间 具体 上面 下面 以下 整个 过程 疑问 请求 填写 提示 原因 简单 当然 仔细 清楚 马上 尽快 尽早 及时 说明 意思 平时 重复 其中 " +
		"情形 对于 关于 这样 于 之一 之 虽然 虽 然 即使 但是 但 因此 因 由此 起来 属于 凡是 整 上 下 里 面 些 时 要 由 凡 项 样 此 那 这 么 好 比较 看 试 说 处 去 来 用 需 想 为 着 标 写 填 人 行 遍 而 且 并 以 及 addin detai")
}

// oneWord spells words of one meaning in one way.
var oneWord = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer(
		"等待", "等", "以后", "后", "之后", "后", "以前", "前", "之前", "前", "不需要", "不用", "无需", "不用", "不必", "不用", "人工", "人", "试试", "试", "看看", "看", "看一看", "看",
		"试一试", "试", "再次", "再", "分别", "", "再说一遍", "再重复一遍", "能不能", "否", "是不是", "否", "有没有", "否", "会不会", "否", "要不要", "否", "能否", "否", "是否", "否",
		"还有", "", "还是", "", "还会", "", "还要", "要", "还没", "没", "还请", "", "还可以", "", "也还", "", "不过", "", "并不", "不", "换个", "换", "比较", "", "较", "", "使用", "用", "随着", "随", "跟", "", "清楚", "清", "关闭", "关", "帮助", "帮", "能够", "", "需要", "要", "看一下", "看", "询问", "问", "方法", "办法",
	)
})

// littleHan are characters that say little themselves.
const littleHan = "的了呢吧吗啊嘛就也都还和与或在是有把被给对到会能可以请你您我它这那个一下先再后等"

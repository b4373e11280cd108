package cli

import (
	"fmt"
	"math"
	"strings"

	"kaitong/intents"
)

// The drawing area of a chart, in the units of its viewBox.
const (
	chartWidth, chartHeight = 330, 250
	plotLeft, plotRight     = 56, 308
	plotTop, plotBottom     = 10, 200
)

// chart is a drawing ready for the template: every position is computed.
type chart struct {
	ID                string
	Title, Note, Desc words
	X, Y              words // names of the axes
	XTicks, YTicks    []tick
	Guide             string // points of a dashed line to compare with, or empty
	Line              string // points of the curve
	Dots              []dot
	Mark              *dot   // where the model works today
	MarkX, MarkY      string // its shares
	Columns           [3]words
	Rows              [][3]string // the same as a table
}

// tick is a labelled position on an axis.
type tick struct {
	At    string
	Label string
}

// dot is a point with what it says when pointed at.
type dot struct {
	X, Y, R, Label string
	Faint          bool // too few questions to mean much
}

// axes maps shares to positions; the vertical axis starts at low.
type axes struct{ low float64 }

func (a axes) x(share float64) float64 { return plotLeft + share*(plotRight-plotLeft) }

func (a axes) y(share float64) float64 {
	return plotBottom - (share-a.low)/(1-a.low)*(plotBottom-plotTop)
}

func (a axes) point(x, y float64) string { return position(a.x(x)) + "," + position(a.y(y)) }

func (a axes) dot(x, y, r float64, label string) dot {
	return dot{X: position(a.x(x)), Y: position(a.y(y)), R: position(r), Label: label}
}

func position(p float64) string { return fmt.Sprintf("%.1f", p) }

func (a axes) ticks() (across, up []tick) {
	for i := range 6 {
		share := float64(i) / 5
		across = append(across, tick{position(a.x(share)), percent(share)})
		value := a.low + share*(1-a.low)
		up = append(up, tick{position(a.y(value)), percent(value)})
	}
	return across, up
}

func percent(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) }

func precise(share float64) string { return fmt.Sprintf("%.1f\u00a0%%", 100*share) }

// meaningful is the number of questions from which a share says something.
const meaningful = 20

// reliabilityChart shows whether confidence means what it says.
func reliabilityChart(e intents.Evaluation) chart {
	a := axes{}
	c := chart{
		ID: "reliability", Title: words{"把握有多可信", "Does confidence mean what it says?"},
		Note: words{
			fmt.Sprintf("点在虚线上，说明「八成把握」的确十次对八次。点越大，问题越多；淡色的点不足 20 题，说明不了什么。平均偏差（ECE）%.3f。", e.ECE),
			fmt.Sprintf("On the dashed line, “80 %% sure” is right eight times in ten. Larger dots hold more questions; pale ones fewer than 20, too few to mean much. Mean gap (ECE): %.3f.", e.ECE),
		},
		X: words{"模型的把握", "confidence"}, Y: words{"实际正确率", "share that is right"},
		Guide:   a.point(0, 0) + " " + a.point(1, 1),
		Columns: [3]words{{"把握", "confidence"}, {"正确率", "right"}, {"问题数", "questions"}},
	}
	c.XTicks, c.YTicks = a.ticks()
	for _, b := range e.Reliability {
		if b.N == 0 {
			continue
		}
		radius := 3 + 9*math.Sqrt(float64(b.N)/float64(e.N))
		d := a.dot(b.Confidence, b.Accuracy, radius, fmt.Sprintf("%s → %s (%d)", precise(b.Confidence), precise(b.Accuracy), b.N))
		d.Faint = b.N < meaningful
		c.Dots = append(c.Dots, d)
		c.Rows = append(c.Rows, [3]string{precise(b.Confidence), precise(b.Accuracy), fmt.Sprint(b.N)})
	}
	c.Desc = words{"横轴是模型的把握，纵轴是实际正确率；数据见图下的表格。", "Confidence across, share that is right upwards; the numbers are in the table below."}
	return c
}

// coverageChart shows what answering less would buy.
func coverageChart(e intents.Evaluation) chart {
	points := answeredPoints(e.Coverage)
	low := e.AnswerRight
	for _, p := range points {
		low = min(low, p.Accuracy)
	}
	a := axes{low: math.Floor(min(low, 0.9)*10) / 10}
	c := chart{
		ID: "coverage", Title: words{"少答一些，会准多少", "What answering less would buy"},
		Note: words{
			fmt.Sprintf("把握不够就不直接回答：从右往左，回答得少一些，也准一些。现在直接回答 %s，其中 %s 是对的。", precise(e.Answered), precise(e.AnswerRight)),
			fmt.Sprintf("With a higher bar, fewer questions are answered and more of the answers are right. Today %s are answered at once, %s of them rightly.", precise(e.Answered), precise(e.AnswerRight)),
		},
		X: words{"直接回答的比例", "share answered at once"}, Y: words{"其中正确的比例", "right among these"},
		Columns: [3]words{{"把握门槛", "bar"}, {"直接回答", "answered"}, {"其中正确", "right"}},
		Desc:    words{"横轴是直接回答的比例，纵轴是其中正确的比例；数据见图下的表格。", "Share answered across, share of these that is right upwards; the numbers are in the table below."},
	}
	c.XTicks, c.YTicks = a.ticks()
	c.mark(a, e.Answered, e.AnswerRight)
	var line []string
	for _, p := range points {
		line = append(line, a.point(p.Coverage, p.Accuracy))
		c.Dots = append(c.Dots, a.dot(p.Coverage, p.Accuracy, 2.5, fmt.Sprintf("≥ %.2f: %s → %s", p.Confidence, precise(p.Coverage), precise(p.Accuracy))))
		c.Rows = append(c.Rows, [3]string{fmt.Sprintf("%.2f", p.Confidence), precise(p.Coverage), precise(p.Accuracy)})
	}
	c.Line = strings.Join(line, " ")
	return c
}

// answeredPoints leaves out bars above which nothing is answered, which says
// nothing about accuracy.
func answeredPoints(coverage []intents.CoveragePoint) []intents.CoveragePoint {
	var points []intents.CoveragePoint
	for _, p := range coverage {
		if p.Coverage > 0 {
			points = append(points, p)
		}
	}
	return points
}

// scopeChart shows what finding more of what is out of scope would cost.
func scopeChart(e intents.Evaluation) chart {
	a := axes{}
	c := chart{
		ID: "scope", Title: words{"认出不归我们管的问题", "Telling what is none of ours"},
		Note: words{
			fmt.Sprintf("门槛越严，认出的越多，误拒的也越多；越贴近左上角越好。曲线下面积（AUROC）%.3f，1 为完美。", e.OOSAUROC),
			fmt.Sprintf("A stricter bar finds more and wrongly rejects more; the upper left corner is best. Area under the curve (AUROC): %.3f, where 1 is perfect.", e.OOSAUROC),
		},
		X: words{"误拒的比例", "wrongly rejected"}, Y: words{"认出的比例", "found"},
		Guide:   a.point(0, 0) + " " + a.point(1, 1),
		Columns: [3]words{{"", ""}, {"误拒", "wrongly rejected"}, {"认出", "found"}},
		Desc:    words{"横轴是误拒的比例，纵轴是认出的比例；数据见图下的表格。", "Share wrongly rejected across, share found upwards; the numbers are in the table below."},
	}
	c.XTicks, c.YTicks = a.ticks()
	var line []string
	next := 0.0
	for _, p := range e.ScopeCurve {
		line = append(line, a.point(p.Lost, p.Found))
		if p.Found >= next {
			c.Rows = append(c.Rows, [3]string{fmt.Sprint(len(c.Rows) + 1), precise(p.Lost), precise(p.Found)})
			next = p.Found + 0.05
		}
	}
	c.Line = strings.Join(line, " ")
	if lost, known := wronglyRejected(e.Report); known {
		c.mark(a, lost, e.OOSRecall)
	}
	return c
}

// wronglyRejected is the share of the lines of ours that were read as other,
// from what the report says about other.
func wronglyRejected(r intents.Report) (share float64, known bool) {
	other := r.PerIntent["other"]
	ours := r.N - other.Support
	if other.Precision == 0 || ours <= 0 {
		return 0, false
	}
	hit := other.Recall * float64(other.Support)
	return (hit/other.Precision - hit) / float64(ours), true
}

// mark shows where the model works today.
func (c *chart) mark(a axes, x, y float64) {
	c.MarkX, c.MarkY = precise(x), precise(y)
	d := a.dot(x, y, 6, c.MarkX+" → "+c.MarkY)
	c.Mark = &d
}

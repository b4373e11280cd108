package bench

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Print prints the result for people.
func (r Result) Print(out io.Writer) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer func() { _ = t.Flush() }() // the one who reads it may leave
	if r.Idle {
		fmt.Fprintf(t, "held\t%d sockets for %.1f s, connected in %.1f s\n", r.Sockets, r.Seconds, r.ConnectSeconds)
	} else {
		fmt.Fprintf(t, "answered\t%.0f a second, %d in all, over %.1f s on %d sockets\n", r.PerSecond, r.Measured, r.Seconds, r.Sockets)
		r.printLatency(t)
		fmt.Fprintf(t, "bytes\t%.0f an answer with its ack and all, %.0f the answer alone\n", r.BytesPerAnswer, r.AnswerBytes)
	}
	r.printUse(t)
	fmt.Fprintf(t, "connections\t%d conversations, %d reconnects\n", r.Conversations, r.Reconnects)
	r.printTrouble(t)
}

func (r Result) printLatency(t io.Writer) {
	fmt.Fprintf(t, "\tp50\tp90\tp99\tp99.9\tmax\n")
	fmt.Fprintf(t, "ack\t%s\n", r.Ack)
	fmt.Fprintf(t, "answer\t%s\n", r.Answer)
	if r.AnswerDue != nil {
		fmt.Fprintf(t, "answer, from when it was due\t%s\n", *r.AnswerDue)
	}
}

func (r Result) printUse(t io.Writer) {
	switch {
	case r.Server == nil:
		fmt.Fprintf(t, "server\tunknown: name its process with --pid\n")
	case r.Idle:
		fmt.Fprintf(t, "server\t%.0f %% of a core, %s, %.0f bytes a socket\n", r.Server.Percent, mebibytes(r.Server.Memory), r.Server.MemoryPerSocket)
	default:
		fmt.Fprintf(t, "server\t%.1f µs CPU an answer, %.0f answers a core-second, %s\n", r.Server.MicrosPerAnswer, r.Server.AnswersPerCoreSecond, mebibytes(r.Server.Memory))
	}
	if r.Client != nil && !r.Idle {
		fmt.Fprintf(t, "this program\t%.1f µs CPU an answer; all others %.0f %% of a core\n", r.Client.MicrosPerAnswer, r.Others)
	}
}

func (r Result) printTrouble(t io.Writer) {
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(r.Errors)) {
		codes = append(codes, fmt.Sprintf("%s %d", code, r.Errors[code]))
	}
	if len(codes) > 0 {
		fmt.Fprintf(t, "errors\t%s; %d sent again, %d given up\n", strings.Join(codes, ", "), r.Retried, r.Failed)
	}
	if r.Unasked > 0 {
		fmt.Fprintf(t, "not in time\t%d that were due were asked too late or never: the server is slower than the rate\n", r.Unasked)
	}
	if r.Unanswered > 0 {
		fmt.Fprintf(t, "unanswered\t%d when the run was over\n", r.Unanswered)
	}
	if err := r.Err(); err != nil {
		fmt.Fprintf(t, "WRONG\t%v\n", err)
		return
	}
	fmt.Fprintf(t, "checked\tnothing lost, doubled, out of order or of others\n")
}

// String is one row of the table.
func (l Latency) String() string {
	var cells []string
	for _, us := range []float64{l.P50, l.P90, l.P99, l.P999, l.Max} {
		cells = append(cells, micros(us))
	}
	return strings.Join(cells, "\t")
}

// short is a duration with three digits.
func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1000)
	case d < 10*time.Second:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1000)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func mebibytes(bytes int64) string { return fmt.Sprintf("%.0f MiB", float64(bytes)/(1<<20)) }

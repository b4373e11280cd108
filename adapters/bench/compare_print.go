package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Print prints the comparison for people.
func (c Comparison) Print(out io.Writer) {
	fmt.Fprintf(out, "%d cores, %s, %s; fdatasync p50 %s, p99 %s; medians of %d rounds, [least–most]\n\n",
		c.Environment.Cores, c.Environment.Go, c.Environment.Platform,
		micros(c.Environment.Sync.P50), micros(c.Environment.Sync.P99), len(c.Rounds))
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer func() { _ = t.Flush() }() // the one who reads it may leave
	if c.Rounds[0][c.Contenders[0].Name].Idle {
		c.printIdle(t)
	} else {
		c.printBusy(t)
	}
	if err := c.Err(); err != nil {
		fmt.Fprintf(t, "\nWRONG\t%v\n", err)
	}
}

func (c Comparison) printBusy(t io.Writer) {
	fmt.Fprintln(t, "\tanswers/s\tanswers/core-s\tCPU µs\tp50\tp99\tclient µs\tothers")
	for _, s := range c.Contenders {
		fmt.Fprintf(t, "%s\t%s\t%s\t%.1f\t%s\t%s\t%.1f\t%.0f %%\n", s.Name, s.PerSecond.whole(), s.PerCoreSecond.whole(),
			s.Micros.Median, micros(s.P50.Median), micros(s.P99.Median), s.Client.Median, s.Others.Median)
	}
	name := c.Contenders[0].Name
	fmt.Fprintf(t, "\n%s to\tanswers/s\tanswers/core-s\n", name)
	for _, r := range c.Ratios {
		fmt.Fprintf(t, "%s\t%s\t%s\n", r.To, r.PerSecond.ratio(), r.PerCoreSecond.ratio())
	}
}

func (c Comparison) printIdle(t io.Writer) {
	fmt.Fprintln(t, "\tbytes a socket")
	for _, s := range c.Contenders {
		fmt.Fprintf(t, "%s\t%s\n", s.Name, s.Memory.whole())
	}
	fmt.Fprintf(t, "\n%s to\tbytes a socket\n", c.Contenders[0].Name)
	for _, r := range c.Ratios {
		fmt.Fprintf(t, "%s\t%s\n", r.To, r.Memory.ratio())
	}
}

func micros(us float64) string { return short(time.Duration(us * float64(time.Microsecond))) }

func (s Spread) whole() string { return fmt.Sprintf("%.0f [%.0f–%.0f]", s.Median, s.Min, s.Max) }

func (s Spread) ratio() string { return fmt.Sprintf("%.2f [%.2f–%.2f] ×", s.Median, s.Min, s.Max) }

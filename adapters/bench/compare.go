package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Contender is a server that is compared with others. With starts it, has it
// used, and ends it.
type Contender struct {
	Name string
	With func(ctx context.Context, use func(Target) error) error
}

// Comparison is what was found of all contenders, each measured once in every
// round: on a machine that others use too, only what happened side by side can
// be compared.
type Comparison struct {
	Environment Environment         `json:"environment"`
	Rounds      []map[string]Result `json:"rounds"`
	Contenders  []Summary           `json:"contenders"` // medians over the rounds
	Ratios      []Ratio             `json:"ratios"`     // of the first contender to the others
}

// Summary is one contender over all rounds.
type Summary struct {
	Name          string `json:"name"`
	PerSecond     Spread `json:"answered_per_second"`
	PerCoreSecond Spread `json:"answers_per_core_second"`
	Micros        Spread `json:"cpu_us_per_answer"`
	P50           Spread `json:"answer_p50_us"`
	P99           Spread `json:"answer_p99_us"`
	Client        Spread `json:"client_cpu_us_per_answer"`
	Others        Spread `json:"others_percent"`
	Memory        Spread `json:"memory_per_socket_bytes"`
}

// Ratio compares the first contender with another one, round by round.
type Ratio struct {
	To            string `json:"to"`
	PerSecond     Spread `json:"answered_per_second"`
	PerCoreSecond Spread `json:"answers_per_core_second"`
	Memory        Spread `json:"memory_per_socket"`
}

// Spread is a median and what lies around it.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

func spreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (median + sorted[middle-1]) / 2
	}
	return Spread{Median: median, Min: sorted[0], Max: sorted[len(sorted)-1]}
}

// Compare measures every contender so many times, taking turns. When ctx ends
// it returns the rounds that were finished.
func Compare(ctx context.Context, contenders []Contender, options Options, rounds int, dir string, report func(string, Progress)) (Comparison, error) {
	c := Comparison{Environment: environment()}
	for round := range rounds {
		if err := c.Environment.measureDisk(dir); err != nil {
			return Comparison{}, err
		}
		results, err := c.round(ctx, contenders, options, func(name string, p Progress) {
			report(fmt.Sprintf("round %d of %d, %s", round+1, rounds, name), p)
		})
		if ctx.Err() != nil { // an error may be the end of it
			break
		}
		if err != nil {
			return Comparison{}, err
		}
		c.Rounds = append(c.Rounds, results)
	}
	if len(c.Rounds) == 0 {
		return Comparison{}, errors.New("ended before the first round was")
	}
	c.summarise(contenders)
	return c, nil
}

func (c *Comparison) round(ctx context.Context, contenders []Contender, options Options, report func(string, Progress)) (map[string]Result, error) {
	results := map[string]Result{}
	for _, contender := range contenders {
		err := contender.With(ctx, func(target Target) error {
			result, err := Run(ctx, target, options, func(p Progress) { report(contender.Name, p) })
			results[contender.Name] = result
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", contender.Name, err)
		}
	}
	return results, nil
}

// Err is nil when nothing happened that must never happen.
func (c Comparison) Err() error {
	for i, round := range c.Rounds {
		for name, result := range round {
			if err := result.Err(); err != nil {
				return fmt.Errorf("round %d, %s: %w", i+1, name, err)
			}
		}
	}
	return nil
}

func (c *Comparison) summarise(contenders []Contender) {
	for _, contender := range contenders {
		c.Contenders = append(c.Contenders, c.summary(contender.Name))
	}
	for _, other := range contenders[1:] {
		c.Ratios = append(c.Ratios, c.ratio(contenders[0].Name, other.Name))
	}
}

func (c *Comparison) summary(name string) Summary {
	over := func(value func(Result) float64) Spread {
		var values []float64
		for _, round := range c.Rounds {
			values = append(values, value(round[name]))
		}
		return spreadOf(values)
	}
	return Summary{
		Name:          name,
		PerSecond:     over(func(r Result) float64 { return r.PerSecond }),
		PerCoreSecond: over(perCoreSecond),
		Micros:        over(func(r Result) float64 { return orZero(r.Server).MicrosPerAnswer }),
		P50:           over(func(r Result) float64 { return r.Answer.P50 }),
		P99:           over(func(r Result) float64 { return r.Answer.P99 }),
		Client:        over(func(r Result) float64 { return orZero(r.Client).MicrosPerAnswer }),
		Others:        over(func(r Result) float64 { return r.Others }),
		Memory:        over(perSocket),
	}
}

func (c *Comparison) ratio(name, to string) Ratio {
	over := func(value func(Result) float64) Spread {
		var values []float64
		for _, round := range c.Rounds {
			if other := value(round[to]); other > 0 {
				values = append(values, value(round[name])/other)
			}
		}
		return spreadOf(values)
	}
	return Ratio{
		To:            to,
		PerSecond:     over(func(r Result) float64 { return r.PerSecond }),
		PerCoreSecond: over(perCoreSecond),
		Memory:        over(perSocket),
	}
}

func perCoreSecond(r Result) float64 { return orZero(r.Server).AnswersPerCoreSecond }

func perSocket(r Result) float64 { return orZero(r.Server).MemoryPerSocket }

func orZero(u *Use) Use {
	if u == nil {
		return Use{}
	}
	return *u
}

package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"kaitong/bot"
)

// queuesFile is what an operator writes about the lines people wait in.
type queuesFile struct {
	Queues []queueEntry `yaml:"queues"`
}

type queueEntry struct {
	ID       string            `yaml:"id"`
	Name     map[string]string `yaml:"name"`
	Reasons  []string          `yaml:"reasons"`
	Products []string          `yaml:"products"`
	Locales  []string          `yaml:"locales"`
	Priority int               `yaml:"priority"`
	Answer   time.Duration     `yaml:"answer"`
	Keep     time.Duration     `yaml:"keep"`
	Hours    *hoursEntry       `yaml:"hours"`
}

type hoursEntry struct {
	Zone string   `yaml:"zone"`
	Days []string `yaml:"days"`
	From string   `yaml:"from"`
	To   string   `yaml:"to"`
}

// usualAnswer is promised where a queue does not say.
const usualAnswer = 3 * time.Minute

// readQueues reads the lines from a file, or returns those shipped when there
// is none. Every problem is named with the queue it is in.
func readQueues(file string) (bot.Routing, error) {
	if file == "" {
		return bot.DefaultRouting(), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return bot.Routing{}, fmt.Errorf("desk.queues: %w", err)
	}
	routing, err := parseQueues(text)
	if err != nil {
		return bot.Routing{}, fmt.Errorf("%s: %w", file, err)
	}
	return routing, nil
}

func parseQueues(text []byte) (bot.Routing, error) {
	var written queuesFile
	if err := yaml.UnmarshalWithOptions(text, &written, yaml.Strict()); err != nil {
		return bot.Routing{}, errors.New(yaml.FormatError(err, false, true)) // with line, column and the line itself
	}
	var problems []error
	routing := bot.Routing{}
	for i, entry := range written.Queues {
		queue, err := entry.queue()
		if err != nil {
			problems = append(problems, fmt.Errorf("queue %d (%s): %w", i+1, entry.ID, err))
		}
		if slices.ContainsFunc(routing.Queues, func(other bot.Queue) bool { return other.ID == queue.ID }) {
			problems = append(problems, fmt.Errorf("queue %d (%s): another queue has this id", i+1, entry.ID))
		}
		routing.Queues = append(routing.Queues, queue)
	}
	return routing, errors.Join(append(problems, checkLast(routing.Queues))...)
}

// checkLast makes sure that everybody finds a line.
func checkLast(queues []bot.Queue) error {
	if len(queues) == 0 {
		return errors.New("no queues: want a list under the key queues")
	}
	if last := queues[len(queues)-1]; len(last.Reasons)+len(last.Products)+len(last.Locales) > 0 {
		return fmt.Errorf("the last queue (%s) takes whoever fits nowhere else: take its reasons, products and locales away, or add a queue without any", last.ID)
	}
	return nil
}

func (e queueEntry) queue() (bot.Queue, error) {
	queue := bot.Queue{
		ID: e.ID, Name: e.Name, Reasons: e.Reasons, Products: e.Products, Locales: e.Locales, Priority: e.Priority, Answer: e.Answer, Keep: e.Keep,
	}
	if queue.Answer == 0 {
		queue.Answer = usualAnswer
	}
	if queue.Keep == 0 {
		queue.Keep = bot.UsualKeep
	}
	switch {
	case !isQueueID(e.ID):
		return queue, errors.New("id: want small letters, digits and dashes")
	case e.Name["zh-CN"] == "" || e.Name["en"] == "":
		return queue, errors.New("name: want one in zh-CN and one in en")
	case queue.Answer < time.Second:
		return queue, errors.New("answer: want a duration such as 3m, at least 1s")
	case queue.Keep < queue.Answer || queue.Keep < time.Minute:
		return queue, errors.New("keep: want a duration such as 168h, at least 1m and no shorter than answer")
	}
	var err error
	queue.Hours, err = e.Hours.hours()
	return queue, err
}

func isQueueID(id string) bool {
	return id != "" && len(id) <= 32 && !slices.ContainsFunc([]byte(id), func(c byte) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-'
	})
}

func (h *hoursEntry) hours() (bot.Hours, error) {
	if h == nil {
		return bot.Hours{}, nil
	}
	zone, err := time.LoadLocation(h.Zone)
	if err != nil {
		return bot.Hours{}, fmt.Errorf("hours.zone: %q is no time zone; want one such as Asia/Shanghai", h.Zone)
	}
	hours := bot.Hours{Zone: zone}
	for _, day := range h.Days {
		weekday, known := weekdays()[day]
		if !known {
			return bot.Hours{}, fmt.Errorf("hours.days: %q is no day; want mon, tue, wed, thu, fri, sat, sun", day)
		}
		hours.Days = append(hours.Days, weekday)
	}
	if hours.From, err = clock("from", h.From); err != nil {
		return bot.Hours{}, err
	}
	hours.To, err = clock("to", h.To)
	return hours, err
}

func weekdays() map[string]time.Weekday {
	return map[string]time.Weekday{
		"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
		"fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
	}
}

// clock reads a time of day, written 09:00; "" is midnight.
func clock(name, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("hours.%s: want a time of day such as \"09:00\", in quotes, got %q", name, text)
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, nil
}

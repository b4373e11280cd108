package llm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"kaitong/adapters/conform"
	"kaitong/bot"
)

// Probe is what an examination tries a model on.
type Probe struct {
	Question  bot.Question
	Meant     string // the intent that the question asks
	Order     bot.Question
	Rewording bot.Rewording // without paragraphs: no wording is wanted
	Faithful  func([]bot.Sentence) error
	Alike     [3]string // the first two mean the same, in other words
}

// slowly is the deadline of an examination: long, to tell slow from broken.
const slowly = 60 * time.Second

// doctor examines one provider.
type doctor struct {
	options Options
	probe   Probe
	found   []conform.Finding
}

// Examine tries a provider step by step. What makes no sense after a failure is
// left out.
func Examine(ctx context.Context, o Options, probe Probe) ([]conform.Finding, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	d := &doctor{options: o, probe: probe}
	for _, step := range []func(context.Context) bool{d.reach, d.speak, d.json, d.streams, d.spends, d.understands, d.resists, d.words, d.embeds} {
		if !step(ctx) {
			break
		}
	}
	return d.found, nil
}

// with is a client that has time, no limits and no memory, with changes.
func (d *doctor) with(change ...func(*Options)) *Client {
	o := d.options
	o.UnderstandWithin, o.PhraseWithin, o.BackgroundWithin = slowly, slowly, slowly
	o.Budget, o.BreakerFailures, o.CacheEntries = Budget{}, 1000, 1
	for _, one := range change {
		one(&o)
	}
	c, err := NewClient(o)
	if err != nil { // the options were checked
		return &Client{}
	}
	return c
}

func (d *doctor) add(f conform.Finding) bool {
	d.found = append(d.found, f)
	return f.Err == nil
}

// reach looks whether somebody is at the address.
func (d *doctor) reach(ctx context.Context) bool {
	f := conform.Finding{Check: "reached at " + d.options.Profile.BaseURL, Mend: "see whether llm.base_url is right, and whether this machine may connect to it"}
	address, err := url.Parse(d.options.Profile.BaseURL)
	if err != nil {
		f.Err = err
		return d.add(f)
	}
	if proxy, _ := http.ProxyFromEnvironment(&http.Request{URL: address}); proxy != nil {
		f.Note = "by way of a proxy"
		address = proxy
	}
	port := address.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[address.Scheme]
	}
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(address.Hostname(), port))
	if f.Err = err; err == nil {
		_ = conn.Close()
	}
	return d.add(f)
}

// speak looks whether the key and the model are right, and which field is not.
func (d *doctor) speak(ctx context.Context) bool {
	f := conform.Finding{Check: "model " + d.options.Model + " answers"}
	c := d.with()
	defer c.Close()
	begun := time.Now()
	said, err := c.once(ctx, prompt{use: UseName, system: "Answer with the JSON object {\"ok\": true} and nothing else.", data: "{}"}, nil)
	if f.Err = err; err != nil {
		f.Mend = d.remedy(ctx, err)
		return d.add(f)
	}
	f.Note = fmt.Sprintf("after %v", time.Since(begun).Round(time.Millisecond))
	d.add(f)
	switch {
	case said.usage.Thinking && !d.options.Thinking:
		return d.add(conform.Finding{
			Check: "thinking is off", Warning: "the model thought first, which costs time and tokens",
			Mend: "choose a model that does not, or find its switch and set it in llm.extra_body",
		})
	case !said.usage.Told:
		return d.add(conform.Finding{
			Check: "usage is told", Warning: "the provider does not say how many tokens it took, so budgets go by estimates",
			Mend: "nothing has to be done; set llm.day_tokens rather low",
		})
	}
	return d.add(conform.Finding{Check: "usage is told", Note: fmt.Sprintf("%d tokens sent, %d received", said.usage.In, said.usage.Out)})
}

// remedy says what may be wrong when a provider does not answer at all.
func (d *doctor) remedy(ctx context.Context, err error) string {
	switch status := statusOf(err); {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "see whether llm.key is the key of this provider, and may be used for this model"
	case status == http.StatusNotFound || errors.Is(err, errRedirected):
		return "see whether llm.base_url ends where the API begins (often /v1), and whether llm.model is a model of this provider"
	case status == http.StatusTooManyRequests:
		return "the provider asks for patience, or the account is empty: see its console"
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return d.culprit(ctx)
	case errors.Is(err, ErrTimeout):
		return "the model is too slow, or still being loaded: try again, or choose a smaller one"
	case errors.Is(err, errBlank), errors.Is(err, errTruncated):
		return "the model may be thinking all the time: turn it off, or choose another one; or set llm.answer_tokens higher"
	}
	return "see what the provider says above"
}

// culprit finds the field that a provider does not take, by leaving it out.
func (d *doctor) culprit(ctx context.Context) string {
	other := maxTokens
	if d.options.Profile.TokenField == maxTokens {
		other = maxCompletionTokens
	}
	for _, try := range []struct {
		change func(*Options)
		mend   string
	}{
		{func(o *Options) { o.ExtraBody = []byte(`{"temperature":null}`) }, `set llm.extra_body: '{"temperature": null}'; this model wants no temperature`},
		{func(o *Options) { o.Profile.TokenField = other }, "set llm.token_field: " + other},
		{func(o *Options) { o.Profile.NoThinking, o.Profile.Thinking = nil, nil }, "use llm.provider: custom with this llm.base_url; this model does not know the switch for thinking"},
		{func(o *Options) { o.ExtraBody = nil }, "take llm.extra_body out"},
	} {
		c := d.with(try.change)
		_, err := c.once(ctx, prompt{use: UseName, system: "Answer with the JSON object {\"ok\": true} and nothing else.", data: "{}"}, nil)
		c.Close()
		if err == nil {
			return try.mend
		}
	}
	return "see what the provider says above; leaving fields out did not help"
}

// json looks which way of asking for JSON works.
func (d *doctor) json(ctx context.Context) bool {
	f := conform.Finding{Check: "answers in JSON, asked for by " + string(d.options.Profile.Structured)}
	if f.Err = d.asked(ctx, d.options.Profile.Structured); f.Err == nil {
		return d.add(f)
	}
	for _, other := range []Structured{BySchema, ByObject, ByPrompt} {
		if other != d.options.Profile.Structured && d.asked(ctx, other) == nil {
			f.Mend = "set llm.structured: " + string(other) + ", which works"
			return d.add(f)
		}
	}
	f.Mend = "no way of asking works: choose another model"
	return d.add(f)
}

func (d *doctor) asked(ctx context.Context, by Structured) error {
	c := d.with(func(o *Options) { o.Profile.Structured = by })
	defer c.Close()
	_, err := c.Understand(ctx, d.probe.Question)
	return err
}

// streams looks whether answers end as they should, whole and streamed.
func (d *doctor) streams(ctx context.Context) bool {
	for _, stream := range []bool{false, true} {
		name := map[bool]string{false: "answers in one piece", true: "answers in a stream that ends properly"}[stream]
		c := d.with(func(o *Options) { o.Profile.Stream = stream })
		_, err := c.Understand(ctx, d.probe.Question)
		c.Close()
		f := conform.Finding{Check: name}
		switch {
		case err != nil && stream == d.options.Profile.Stream:
			f.Err, f.Mend = err, fmt.Sprintf("set llm.stream: %v", !stream)
		case err != nil:
			f.Warning, f.Mend = err.Error(), fmt.Sprintf("leave llm.stream: %v as it is", !stream)
		}
		if !d.add(f) {
			return false
		}
	}
	return true
}

// examples are how often a time is measured.
const examples = 3

// spends looks whether answers come in time.
func (d *doctor) spends(ctx context.Context) bool {
	o := d.options.withDefaults()
	for _, one := range []struct {
		use    Use
		within time.Duration
		ask    func(c *Client, n int) error
	}{
		{UseUnderstand, o.UnderstandWithin, func(c *Client, n int) error {
			q := d.probe.Question
			q.Text += fmt.Sprint("？", n)
			_, err := c.Understand(ctx, q)
			return err
		}},
		{UsePhrase, o.PhraseWithin, func(c *Client, n int) error {
			r := d.probe.Rewording
			r.Question += fmt.Sprint("？", n)
			_, err := c.Phrase(ctx, r)
			return err
		}},
	} {
		if one.use == UsePhrase && len(d.probe.Rewording.Paragraphs) == 0 {
			continue
		}
		f := conform.Finding{Check: fmt.Sprintf("fast enough to %s (%v)", one.use, one.within)}
		c := d.with()
		for n := range examples {
			if err := one.ask(c, n); err != nil {
				f.Err, f.Mend = err, "see above"
			}
		}
		c.Close()
		took := c.Tally(one.use).Took
		if f.Err == nil && len(took) > 0 {
			middle := max(took[len(took)/2].Round(time.Millisecond), time.Millisecond)
			f.Note = fmt.Sprintf("%v, the middle of %d", middle, len(took))
			if middle > one.within {
				f.Warning = f.Note + ": most answers would be given without the model"
				f.Mend = fmt.Sprintf("choose a smaller model, one without thinking, or leave %s out of llm.uses", one.use)
			}
		}
		if !d.add(f) {
			return false
		}
	}
	return true
}

// understands looks whether an easy question is read rightly.
func (d *doctor) understands(ctx context.Context) bool {
	f := conform.Finding{Check: "understands an easy question"}
	c := d.with()
	defer c.Close()
	got, err := c.Understand(ctx, d.probe.Question)
	switch {
	case err != nil:
		f.Err, f.Mend = err, "see above"
	case got.Intent != d.probe.Meant:
		f.Warning = fmt.Sprintf("it read %q as %q, not %q", d.probe.Question.Text, got.Intent, d.probe.Meant)
		f.Mend = "measure with `kaitong llm eval` before you list understand in llm.uses"
	}
	return d.add(f)
}

// resists looks what a model does with orders in a question. What it says cannot
// hurt; it tells something about the model.
func (d *doctor) resists(ctx context.Context) bool {
	f := conform.Finding{Check: "takes no orders from a question"}
	c := d.with()
	defer c.Close()
	got, err := c.Understand(ctx, d.probe.Order)
	if err != nil || got.Intent != "" {
		f.Warning = fmt.Sprintf("it read an order as the question %q", got.Intent)
		if err != nil {
			f.Warning = err.Error()
		}
		f.Mend = "nothing has to be done: only intents of yours count, and only authored answers are given"
	}
	return d.add(f)
}

// words looks whether a wording is one that would be shown.
func (d *doctor) words(ctx context.Context) bool {
	if len(d.probe.Rewording.Paragraphs) == 0 {
		return true
	}
	f := conform.Finding{Check: "words an answer faithfully"}
	c := d.with()
	defer c.Close()
	said, err := c.Phrase(ctx, d.probe.Rewording)
	if err == nil {
		if err = d.probe.Faithful(said); err != nil {
			err = fmt.Errorf("it would not be shown, because of %w", err)
		}
	}
	if err != nil {
		f.Warning, f.Mend = err.Error(), "the authored answer is shown then; measure with `kaitong llm eval` how often that is"
	}
	return d.add(f)
}

package llm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// Why an answer that came is none.
var (
	errCut       = errors.New("the answer was cut off")
	errBlank     = errors.New("the answer is blank")
	errTruncated = errors.New("the answer was too long for its tokens")
	errFiltered  = errors.New("the provider does not speak of this")
)

// prompt is what a model is asked.
type prompt struct {
	use    Use
	whom   account         // never sent
	system string          // what it is to do
	data   string          // JSON: what it is to do it with
	schema json.RawMessage // of the answer
}

// Usage is what an exchange took.
type Usage struct {
	In, Out  int  // tokens
	Told     bool // by the provider; else estimated
	Thinking bool // tokens went into thinking
}

func (u Usage) tokens() int { return u.In + u.Out }

func (u Usage) plus(more Usage) Usage { return Usage{In: u.In + more.In, Out: u.Out + more.Out} }

// reply is what a model said.
type reply struct {
	text    string
	vectors [][]float32 // of texts that were to be embedded
	usage   Usage
}

// exchange sends a prompt once, with what was said since.
func (c *Client) exchange(ctx context.Context, p prompt, since []openai.ChatCompletionMessage) (reply, error) {
	d := &doer{client: c.options.HTTP, fields: c.fields(), now: c.options.Now}
	config := openai.DefaultConfig(c.options.Key)
	config.BaseURL, config.HTTPClient = strings.TrimSuffix(c.options.Profile.BaseURL, "/"), d
	config.EmptyMessagesLimit = math.MaxInt32 // the bytes and the time are bounded
	talk := openai.NewClientWithConfig(config)
	ask := whole
	if c.options.Profile.Stream {
		ask = streamed
	}
	said, err := ask(ctx, talk, c.request(p, since))
	if err != nil {
		unlucky := failed(ctx, err, d.retryAfter)
		unlucky.key = c.options.Key
		return reply{}, unlucky
	}
	if !said.usage.Told {
		said.usage.In, said.usage.Out = estimate(p.system+p.data), estimate(said.text)
	}
	return said, nil
}

func (c *Client) request(p prompt, since []openai.ChatCompletionMessage) openai.ChatCompletionRequest {
	request := openai.ChatCompletionRequest{
		Model: c.options.Model,
		Messages: append([]openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: p.system},
			{Role: openai.ChatMessageRoleUser, Content: p.data},
		}, since...),
	}
	switch {
	case len(p.schema) == 0:
	case c.options.Profile.Structured == BySchema:
		request.ResponseFormat = &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: string(p.use), Schema: p.schema, Strict: true},
		}
	case c.options.Profile.Structured == ByObject:
		request.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	}
	if c.options.Profile.Stream && c.options.Profile.Usage {
		request.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	}
	return request
}

// fields are what the library cannot say, or not for every provider.
func (c *Client) fields() []json.RawMessage {
	profile := c.options.Profile
	list := []json.RawMessage{json.RawMessage(fmt.Sprintf(`{"temperature":0,%q:%d}`, profile.TokenField, c.options.AnswerTokens))}
	thinking := profile.NoThinking
	if c.options.Thinking {
		thinking = profile.Thinking
	}
	for _, object := range []json.RawMessage{thinking, c.options.ExtraBody} {
		if len(object) > 0 {
			list = append(list, object)
		}
	}
	return list
}

// whole asks for an answer in one piece.
func whole(ctx context.Context, talk *openai.Client, request openai.ChatCompletionRequest) (reply, error) {
	response, err := talk.CreateChatCompletion(ctx, request)
	if err != nil {
		return reply{}, err
	}
	if len(response.Choices) == 0 {
		return reply{}, errBlank
	}
	first := response.Choices[0]
	return finished(first.Message.Content, string(first.FinishReason), &response.Usage)
}

// streamed asks for an answer word by word. A stream that was cut ends like one
// that is complete, so it is one only with a reason for its end.
func streamed(ctx context.Context, talk *openai.Client, request openai.ChatCompletionRequest) (reply, error) {
	stream, err := talk.CreateChatCompletionStream(ctx, request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = stream.Close() }() // only read
	var words strings.Builder
	var end string
	var usage *openai.Usage
	for {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return finished(words.String(), end, usage)
		}
		if err != nil {
			return reply{}, err
		}
		if chunk.Usage != nil {
			usage = chunk.Usage
		}
		if len(chunk.Choices) > 0 {
			words.WriteString(chunk.Choices[0].Delta.Content)
			end = cmp.Or(string(chunk.Choices[0].FinishReason), end)
		}
	}
}

// finished looks whether an answer is all of it. What a model thought is never
// looked at.
func finished(text, end string, usage *openai.Usage) (reply, error) {
	switch {
	case end == string(openai.FinishReasonLength):
		return reply{}, errTruncated
	case end == string(openai.FinishReasonContentFilter), end == "sensitive": // as GLM says it
		return reply{}, errFiltered
	case end != string(openai.FinishReasonStop):
		return reply{}, fmt.Errorf("%w: finish reason %q", errCut, end)
	case strings.TrimSpace(text) == "":
		return reply{}, errBlank
	}
	said := reply{text: text}
	if usage != nil && possible(usage.PromptTokens, usage.CompletionTokens) {
		said.usage = Usage{In: usage.PromptTokens, Out: usage.CompletionTokens, Told: true}
		if details := usage.CompletionTokensDetails; details != nil {
			said.usage.Thinking = details.ReasoningTokens > 0
		}
	}
	return said, nil
}

// mostTold is more than one exchange takes.
const mostTold = 10 * million

// possible says whether a provider tells what an exchange can have taken. What
// cannot be would fill budgets up again, or empty them at once.
func possible(in, out int) bool { return in > 0 && in <= mostTold && out >= 0 && out <= mostTold }

// estimate is about how many tokens a text has, rather more than fewer: a
// Chinese character is one, four other bytes are one.
func estimate(text string) int {
	han, rest := 0, 0
	for _, r := range text {
		if r > 0x2E80 {
			han++
		} else {
			rest++
		}
	}
	return han + rest/3 + 1
}

package llm_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/llm"
	"kaitong/adapters/llm/llmtest"
)

func embedding(o *llm.Options) { o.EmbedModel = "fake-embed" }

func TestEmbedReturnsAVectorForEachText(t *testing.T) {
	t.Parallel()
	for _, trap := range []llmtest.Trap{llmtest.Fine, llmtest.OtherWayRound} {
		p := provider(t, theNetwork)
		p.Set(trap)
		c := client(t, p, embedding)
		var texts []string
		for i := range 23 {
			texts = append(texts, fmt.Sprintf("第%d个问题", i))
		}
		got, err := c.Embed(t.Context(), texts)
		if err != nil || len(got) != len(texts) {
			t.Fatalf("%s: %d vectors, %v", trap, len(got), err)
		}
		alone, err := client(t, p, embedding).Embed(t.Context(), texts[9:10])
		if err != nil || fmt.Sprint(alone[0]) != fmt.Sprint(got[9]) {
			t.Errorf("%s: a vector is not that of its text: %v", trap, err)
		}
		asked := len(p.Asked())
		if asked != 4 { // 10, 10, 3, and the one
			t.Errorf("%s: %d requests", trap, asked)
		}
		if _, err := c.Embed(t.Context(), texts); err != nil || len(p.Asked()) != asked {
			t.Errorf("%s: asked again what is known: %v", trap, err)
		}
		body := p.Asked()[0].Body
		if string(body["model"]) != `"fake-embed"` || body["temperature"] != nil || body["max_tokens"] != nil {
			t.Errorf("sent %s", body)
		}
	}
}

// Vectors that are not what was asked for are none, and say nothing of answers: the
// model goes on helping with those.
func TestEveryEmbeddingTrapIsAnError(t *testing.T) {
	t.Parallel()
	for _, trap := range llmtest.EmbedTraps() {
		t.Run(string(trap), func(t *testing.T) {
			t.Parallel()
			p := provider(t, theNetwork)
			p.Set(trap)
			c := client(t, p, embedding, func(o *llm.Options) {
				if trap == llmtest.Stalled {
					o.BackgroundWithin = 50 * time.Millisecond
				}
			})
			for range 8 {
				if got, err := c.Embed(t.Context(), []string{"一个", "另一个", "第三个"}); err == nil || got != nil {
					t.Fatalf("%v, %v", got, err)
				}
			}
			p.Set(llmtest.Fine)
			if err := c.Ready(); err != nil {
				t.Errorf("not ready: %v", err)
			}
			if _, err := c.Interpret(t.Context(), question("老转圈")); err != nil {
				t.Errorf("answers: %v", err)
			}
		})
	}
}

func TestEmbeddingsHaveABudget(t *testing.T) {
	t.Parallel()
	p := provider(t, theNetwork)
	c := client(t, p, embedding, func(o *llm.Options) { o.Budget = llm.Budget{Tokens: 5} })
	if _, err := c.Embed(t.Context(), []string{strings.Repeat("长", 50)}); !errors.Is(err, llm.ErrBudget) || len(p.Asked()) != 0 {
		t.Errorf("%v after %d requests", err, len(p.Asked()))
	}
	if _, err := client(t, p).Embed(t.Context(), []string{"一"}); !errors.Is(err, llm.ErrRefused) {
		t.Errorf("without a model for it: %v", err)
	}
}

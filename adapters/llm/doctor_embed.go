package llm

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"

	"kaitong/adapters/conform"
)

// embeds looks whether the model for embeddings tells meanings apart, where there is
// one.
func (d *doctor) embeds(ctx context.Context) bool {
	if d.options.EmbedModel == "" {
		return true
	}
	f := conform.Finding{Check: "model " + d.options.EmbedModel + " embeds"}
	c := d.with()
	defer c.Close()
	begun := time.Now()
	vectors, err := c.Embed(ctx, d.probe.Alike[:])
	if f.Err = err; err != nil {
		f.Mend = remedyForEmbeddings(err)
		return d.add(f)
	}
	same, other := cosine(vectors[0], vectors[1]), max(cosine(vectors[0], vectors[2]), cosine(vectors[1], vectors[2]))
	f.Note = fmt.Sprintf("%d numbers a text, after %v", len(vectors[0]), time.Since(begun).Round(time.Millisecond))
	d.add(f)
	f = conform.Finding{Check: "it tells meanings apart", Note: fmt.Sprintf("%.2f for the same in other words, %.2f for something else", same, other)}
	if same <= other {
		f.Warning = f.Note + ": groups would be no better than by words"
		f.Mend = "choose another llm.embed_model, one for Chinese, or leave embed out of llm.uses"
	}
	return d.add(f)
}

func remedyForEmbeddings(err error) string {
	switch statusOf(err) {
	case http.StatusNotFound, http.StatusBadRequest, http.StatusMethodNotAllowed:
		return "see whether llm.embed_model is a model for embeddings of this provider; some have none: leave embed out of llm.uses then"
	case http.StatusUnauthorized, http.StatusForbidden:
		return "see whether llm.key may be used for llm.embed_model"
	}
	return "see what the provider says above; without it questions are grouped by their words"
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+float64(a[i])*float64(b[i]), aa+float64(a[i])*float64(a[i]), bb+float64(b[i])*float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

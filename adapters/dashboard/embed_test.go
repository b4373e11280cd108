package dashboard_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kaitong/adapters/dashboard"
)

// Questions are grouped by what they mean where somebody can say that, and by their
// words where nobody can.
func testGroupsByMeaning(t *testing.T, w world) {
	count := func(embed func(context.Context, []string) ([][]float32, error)) (groups, questions int) {
		p := w.open(t, func(o *dashboard.Options) { o.Embed = embed })
		var found struct {
			Clusters []struct{ Size int }
			Total    int
		}
		p.valid("unanswered?locale=zh-CN&"+period, "Unanswered", 200, &found)
		return len(found.Clusters), found.Total
	}
	groups, total := count(nil)
	asked := 0
	same, all := count(func(_ context.Context, texts []string) ([][]float32, error) {
		vectors := make([][]float32, len(texts))
		for i, text := range texts { // coupons, and all else
			if vectors[i] = []float32{1, 0, 1}; strings.Contains(text, "免息券") {
				vectors[i] = []float32{1, 1, 0}
			}
		}
		asked = len(texts)
		return vectors, nil
	})
	if asked == 0 || same >= groups || all != total {
		t.Errorf("%d groups of %d questions became %d of %d; %d texts were embedded", groups, total, same, all, asked)
	}
	if failed, _ := count(func(context.Context, []string) ([][]float32, error) { return nil, errors.New("down") }); failed != groups {
		t.Errorf("%d groups without an embedding, %d where it fails", groups, failed)
	}
}

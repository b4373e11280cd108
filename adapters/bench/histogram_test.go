package bench

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A quantile is what sorting finds, or at most one part in 128 more.
func TestHistogramAgainstSorting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		anySize := rapid.Custom(func(t *rapid.T) int64 {
			return rapid.Int64Range(0, 1<<rapid.IntRange(0, 42).Draw(t, "bits")-1).Draw(t, "value")
		})
		values := rapid.SliceOfN(anySize, 1, 300).Draw(t, "values")
		var h histogram
		for _, value := range values {
			h.record(time.Duration(value))
		}
		slices.Sort(values)
		if h.count() != uint64(len(values)) || int64(h.max()) != values[len(values)-1] {
			t.Fatalf("count %d, max %d of %v", h.count(), h.max(), values)
		}
		for _, q := range []float64{0.001, 0.5, 0.9, 0.99, 1} {
			exact := values[int(math.Ceil(q*float64(len(values))))-1]
			if got := int64(h.quantile(q)); got < exact || got > exact+exact/histogramSteps {
				t.Fatalf("quantile %g is %d, sorting says %d", q, got, exact)
			}
		}
	})
}

func TestHistogramEdges(t *testing.T) {
	t.Parallel()
	var h histogram
	if h.quantile(0.5) != 0 || h.max() != 0 || h.count() != 0 {
		t.Errorf("nothing recorded: p50 %v, max %v, count %d", h.quantile(0.5), h.max(), h.count())
	}
	h.record(-time.Second) // a clock that was set back
	h.record(100 * time.Hour)
	if h.quantile(0.5) != 0 || h.max() != histogramMost || h.quantile(1) != histogramMost {
		t.Errorf("p50 %v, p100 %v, max %v", h.quantile(0.5), h.quantile(1), h.max())
	}
}

// Every bucket begins right after the one before.
func TestHistogramBucketsAreAdjacent(t *testing.T) {
	t.Parallel()
	for i := range histogramBuckets - 1 {
		top := bucketTop(i)
		if bucketOf(top) != i || bucketOf(top+1) != i+1 {
			t.Fatalf("bucket %d ends at %d, which is in %d; the next value is in %d", i, top, bucketOf(top), bucketOf(top+1))
		}
	}
}

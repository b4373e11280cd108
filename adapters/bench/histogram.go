package bench

import (
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

// Every power of two has 128 buckets, so a quantile is never too small and at
// most 0.8 % too large. What takes over an hour counts as a little over one.
const (
	histogramBits    = 7
	histogramSteps   = 1 << histogramBits
	histogramMost    = 1<<42 - 1 // nanoseconds, 73 minutes
	histogramBuckets = (42 - histogramBits + 1) * histogramSteps
)

// histogram counts durations in buckets that grow with the value. It takes the
// same memory however many are recorded, and may be read while others record.
type histogram struct {
	buckets [histogramBuckets]atomic.Uint64
	largest atomic.Int64
}

func (h *histogram) record(d time.Duration) {
	d = min(max(d, 0), histogramMost)
	h.buckets[bucketOf(uint64(d))].Add(1)
	for {
		known := h.largest.Load()
		if int64(d) <= known || h.largest.CompareAndSwap(known, int64(d)) {
			return
		}
	}
}

// bucketOf is the identity below 128. Above, it joins the position of the
// highest bit and the seven bits after it.
func bucketOf(value uint64) int {
	if value < histogramSteps {
		return int(value)
	}
	shift := bits.Len64(value) - histogramBits - 1
	return shift*histogramSteps + int(value>>shift)
}

// bucketTop is the largest value of a bucket.
func bucketTop(bucket int) uint64 {
	if bucket < histogramSteps {
		return uint64(bucket)
	}
	shift := bucket/histogramSteps - 1
	low := uint64(bucket%histogramSteps+histogramSteps) << shift
	return low + 1<<shift - 1
}

func (h *histogram) count() uint64 {
	var n uint64
	for i := range h.buckets {
		n += h.buckets[i].Load()
	}
	return n
}

func (h *histogram) max() time.Duration { return time.Duration(h.largest.Load()) }

// quantile is a duration that the share q of all recorded ones does not
// exceed; 0 when there are none.
func (h *histogram) quantile(q float64) time.Duration {
	rank := uint64(math.Ceil(q * float64(h.count())))
	var seen uint64
	for i := range h.buckets {
		seen += h.buckets[i].Load()
		if seen >= rank && seen > 0 {
			return min(time.Duration(bucketTop(i)), h.max())
		}
	}
	return h.max()
}

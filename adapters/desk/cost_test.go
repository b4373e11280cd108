package desk

import "testing"

func BenchmarkHash(b *testing.B) {
	for b.Loop() {
		DefaultCost().Hash("correct horse 7")
	}
}

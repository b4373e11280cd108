package store

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func packedKeys(keys map[uint32]keyBits) []byte {
	var packer keyPacker
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		bits := keys[name]
		packer.add(name, &bits)
	}
	return packer.out
}

// What is put into two rows is in their sum, and what comes to nought is in none.
func TestKeysAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.Custom(func(t *rapid.T) (bits keyBits) {
			bits[rapid.IntRange(0, len(bits)-1).Draw(t, "bit")] = rapid.Int64Range(-2, 2).Draw(t, "n")
			return bits
		})
		keys := rapid.MapOfN(rapid.OneOf(rapid.Uint32Range(1, 9), rapid.Uint32()), bits, 0, 9)
		a, b := keys.Draw(t, "a"), keys.Draw(t, "b")
		want := maps.Clone(a)
		for name, bits := range b {
			sum := want[name]
			sum.addAll(&bits)
			want[name] = sum
		}
		maps.DeleteFunc(want, func(_ uint32, bits keyBits) bool { return bits == keyBits{} })
		sum, err := addKeys(packedKeys(a), packedKeys(b))
		if err != nil {
			t.Fatal(err)
		}
		got := map[uint32]keyBits{}
		reader := keyReader{in: sum}
		for reader.next() {
			got[reader.name] = reader.bits
		}
		if err := reader.err(); err != nil || !maps.Equal(want, got) {
			t.Fatalf("%v, want %v: %v", got, want, err)
		}
	})
}

// A row that is cut short is damaged, wherever a key is cut, and any other is read
// to its end.
func FuzzKeys(f *testing.F) {
	f.Add(packedKeys(map[uint32]keyBits{1: {1, 2}, 300: {7: 1 << 40}}))
	f.Add([]byte{0x80})
	f.Add([]byte{1, 0xff, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		reader := keyReader{in: data}
		read := 0
		for reader.next() {
			read++
		}
		if err := reader.err(); err == nil && read == 0 && len(data) > 0 || 2*read > len(data) {
			t.Errorf("%d keys in %d bytes: %v", read, len(data), err)
		}
		if _, err := addKeys(data, []byte{1, 1, 2}); (err != nil) != reader.bad {
			t.Errorf("added: %v, read: %v", err, reader.err())
		}
	})
}

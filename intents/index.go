package intents

// index maps 64-bit keys to small numbers: open addressing, linear probing,
// at most half full, so that a look-up is one or two cache lines and never an
// allocation. Key 0 is reserved.
type index struct {
	slots []indexSlot
	mask  uint64
	n     int32
}

type indexSlot struct {
	key uint64
	id  int32
}

func newIndex(capacity int) *index {
	size := 16
	for size < 2*capacity {
		size *= 2
	}
	return &index{slots: make([]indexSlot, size), mask: uint64(size - 1)}
}

// get returns the number of key, or -1.
func (x *index) get(key uint64) int32 {
	for i := spread(key) & x.mask; ; i = (i + 1) & x.mask {
		switch slot := &x.slots[i]; slot.key {
		case key:
			return slot.id
		case 0:
			return -1
		}
	}
}

// put sets the number of key.
func (x *index) put(key uint64, id int32) {
	if int(x.n)*2 >= len(x.slots) {
		x.grow()
	}
	for i := spread(key) & x.mask; ; i = (i + 1) & x.mask {
		slot := &x.slots[i]
		if slot.key == 0 {
			x.n++
		}
		if slot.key == 0 || slot.key == key {
			*slot = indexSlot{key, id}
			return
		}
	}
}

// add returns the number of key, giving it the next one if it is new.
func (x *index) add(key uint64) int32 {
	if id := x.get(key); id >= 0 {
		return id
	}
	id := x.n
	x.put(key, id)
	return id
}

func (x *index) grow() {
	old := x.slots
	x.slots, x.mask, x.n = make([]indexSlot, 2*len(old)), uint64(2*len(old)-1), 0
	for _, slot := range old {
		if slot.key != 0 {
			x.put(slot.key, slot.id)
		}
	}
}

// spread mixes the bits of a key so that neighbours land far apart.
func spread(key uint64) uint64 {
	key ^= key >> 32
	key *= 0x9E3779B97F4A7C15
	return key ^ key>>29
}

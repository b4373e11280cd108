package analytics

// maxKeys bounds the keys of a contact; more come up in no real one.
const maxKeys = 512

// usualKeys is how many most contacts have.
const usualKeys = 12

// mark sets a mark where it holds. It takes none away.
func (c *Contact) mark(mark Mark, holds bool) {
	if holds {
		c.Marks = c.Marks.with(mark, true)
	}
}

// add counts one where it holds.
func (c *Contact) add(sum Sum, holds bool) { c.Sums[sum] += one(holds) }

// key sets bits of a key, and returns its place, or -1 where there is none.
func (c *Contact) key(kind Kind, name string, bits Bits) int {
	if name == "" {
		return -1
	}
	name = clean(name)
	for i := range c.Keys {
		if c.Keys[i].Kind == kind && c.Keys[i].Key.Key == name {
			c.Keys[i].Bits |= bits
			return i
		}
	}
	if len(c.Keys) == maxKeys {
		return -1
	}
	if c.Keys == nil {
		c.Keys = make([]Keyed, 0, usualKeys)
	}
	c.Keys = append(c.Keys, Keyed{Key: Key{Kind: kind, Key: name}, Bits: bits})
	return len(c.Keys) - 1
}

// with sets a bit or takes it away.
func (b Bits) with(bit Bits, holds bool) Bits {
	if holds {
		return b | bit
	}
	return b &^ bit
}

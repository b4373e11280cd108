package intents

// negatorReach is how many runes may stand between a negator and its cause:
// "没有过逾期" is a denial, "没有开通是因为逾期" is not.
const negatorReach = 3

// readCause tells whether the cause at h is denied. counts is false for a
// mention that lies inside a longer one of another polarity: 按时还 in
// 没按时还 says nothing by itself.
func (e *entities) readCause(hits []hit, h hit) (negated, counts bool) {
	for _, other := range hits {
		if e.senses[other.tag].kind == EntityCause && covers(other, h) {
			return false, false
		}
	}
	if e.senses[h.tag].negated {
		return true, true
	}
	return e.deniedBefore(hits, h), true
}

// covers reports whether a is longer than b and contains it.
func covers(a, b hit) bool {
	return a.start <= b.start && a.end >= b.end && a.end-a.start > b.end-b.start
}

// deniedBefore looks for a negator close before h that is not half of a
// question such as 有没有.
func (e *entities) deniedBefore(hits []hit, h hit) bool {
	for _, n := range hits {
		if e.senses[n.tag].kind != kindNegator || n.end > h.start || h.start-n.end > negatorReach {
			continue
		}
		if !e.insideAsk(hits, n) {
			return true
		}
	}
	return false
}

func (e *entities) insideAsk(hits []hit, n hit) bool {
	for _, ask := range hits {
		if e.senses[ask.tag].kind == kindAsk && ask.start <= n.start && ask.end >= n.end {
			return true
		}
	}
	return false
}

// Package dialogue plays the dialogues of a knowledge pack with the real
// engine: what people say and tap, the eligibility replies recorded in the
// file, and what must come of it. It also makes such a dialogue out of a
// conversation that has taken place.
package dialogue

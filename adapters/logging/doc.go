// Package logging writes log lines for machines (JSON) or people (text).
//
// What is logged holds no words of people to begin with. As a last line of
// defence every text of a line is masked, as what people write is before it is
// stored; user ids become pseudonyms of this process; and no text can begin a
// line of its own, or turn one around.
package logging

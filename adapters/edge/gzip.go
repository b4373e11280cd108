package edge

import (
	"strconv"
	"strings"
)

// AcceptsGzip reads Accept-Encoding: a word for gzip itself wins over one for
// all encodings, and q=0 is a refusal.
func AcceptsGzip(fields []string) bool {
	others := false
	for part := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		name, parameters, _ := strings.Cut(part, ";")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			return wanted(parameters)
		case "*":
			others = wanted(parameters)
		}
	}
	return others
}

// wanted reads the weight of one encoding. One that cannot be read is none.
func wanted(parameters string) bool {
	name, value, found := strings.Cut(parameters, "=")
	if !found || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return strings.TrimSpace(parameters) == ""
	}
	weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && weight > 0 && weight <= 1
}

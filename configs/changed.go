package configs

import "reflect"

// Changed names the settings that differ, in the order of default.yaml.
func (c Config) Changed(other Config) []string {
	var paths []string
	theirs := other.settings()
	for i, mine := range c.settings() {
		if !reflect.DeepEqual(reflect.ValueOf(mine.target).Elem().Interface(), reflect.ValueOf(theirs[i].target).Elem().Interface()) {
			paths = append(paths, mine.path)
		}
	}
	return paths
}

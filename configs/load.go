package configs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// maxFile bounds the file, in bytes. default.yaml has about 4,000.
const maxFile = 64 << 10

// Load returns the defaults, overlaid by the file at path if path is not
// empty, overlaid by the KAITONG_* variables of env (name=value, as of
// [os.Environ]). Errors are [Problems], or of reading the file. It checks what
// values are, not what they mean: call [Config.Validate] once flags are set.
func Load(path string, env []string) (Config, error) {
	config := Default()
	var problems Problems
	if path != "" {
		data, err := readFile(path)
		if err != nil {
			return Config{}, fmt.Errorf("read configuration: %w", err)
		}
		problems = config.readYAML(path, data)
	}
	problems = append(problems, config.readEnv(env)...)
	if err := problems.err(); err != nil {
		return Config{}, err
	}
	return config, nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read: nothing can be lost
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: %w", path, errors.New("larger than 64 KiB, which is no configuration"))
	}
	return data, nil
}

// readEnv refuses variables it does not know, so that a misspelt one does not
// go unnoticed.
func (c *Config) readEnv(env []string) Problems {
	var problems Problems
	names := c.variables()
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || value == "" || foreign(name) {
			continue
		}
		path, known := names[name]
		if !known {
			problems = append(problems, unknownVariable(name, names))
			continue
		}
		if err := c.Set(path, value, name); err != nil {
			problems = append(problems, func() Problem {
				var target Problem
				_ = errors.As(err, &target)
				return target
			}())
		}
	}
	return problems
}

func (c *Config) variables() map[string]string {
	names := make(map[string]string)
	for _, one := range c.settings() {
		names[one.variable()] = one.path
	}
	return names
}

// foreign reports variables with our prefix that are not settings: the path of
// the file itself, and what Kubernetes makes for a service named kaitong….
func foreign(name string) bool {
	if name == prefix+"CONFIG" {
		return true
	}
	return regexp.MustCompile(`_SERVICE_(HOST|PORT)(_|$)|_PORT(_[0-9]+_(TCP|UDP)(_|$)|$)`).MatchString(name)
}

func unknownVariable(name string, names map[string]string) Problem {
	var all []string
	for other := range names {
		all = append(all, other)
	}
	slices.Sort(all)
	message := "no setting has this variable"
	if near := Nearest(name, all); near != "" {
		message += "; did you mean " + near + "?"
	}
	return Problem{Source: name, Message: message}
}

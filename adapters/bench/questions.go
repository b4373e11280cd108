package bench

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

//go:embed questions.txt
var shippedQuestions string

// longestQuestion is that of a line, in bytes. A server takes far less.
const longestQuestion = bufio.MaxScanTokenSize

// ReadQuestions reads one question a line. Empty lines are passed over.
func ReadQuestions(from io.Reader) ([]string, error) {
	var questions []string
	lines, number := bufio.NewScanner(from), 1
	for ; lines.Scan(); number++ {
		if !utf8.Valid(lines.Bytes()) {
			return nil, fmt.Errorf("questions: line %d is not UTF-8", number)
		}
		if line := strings.TrimSpace(lines.Text()); line != "" {
			questions = append(questions, line)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("questions: line %d is longer than %d bytes", number, longestQuestion)
	case err != nil:
		return nil, fmt.Errorf("questions: line %d: %w", number, err)
	case len(questions) == 0:
		return nil, errors.New("questions: there are none")
	}
	return questions, nil
}

// plainQuestion makes a message of about 120 bytes.
const plainQuestion = "a question as long as most that people type in ......"

// quoted makes JSON strings of questions, once for all the times they are
// asked.
func quoted(questions []string) ([][]byte, error) {
	if len(questions) == 0 {
		var err error
		if questions, err = ReadQuestions(strings.NewReader(shippedQuestions)); err != nil {
			return nil, err
		}
	}
	list := make([][]byte, len(questions))
	for i, question := range questions {
		var err error
		if list[i], err = json.Marshal(question); err != nil {
			return nil, fmt.Errorf("question %d: %w", i+1, err)
		}
	}
	return list, nil
}

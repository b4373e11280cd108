package cli

import (
	"fmt"
	"strings"

	"kaitong/adapters/eligibility"
	"kaitong/adapters/web"
)

// demoUsers fill the picker of the page.
func demoUsers(directory eligibility.Directory) []web.DemoUser {
	var users []web.DemoUser
	for _, person := range directory.People() {
		users = append(users, web.DemoUser{
			ID:        person.ID,
			Name:      web.Words{ZH: person.ID, EN: person.ID},
			Situation: web.Words{ZH: person.Situation["zh-CN"], EN: person.Situation["en"]},
		})
	}
	return users
}

// demoUserList is the part of a help text that says who one can be.
func demoUserList() string {
	directory, err := eligibility.ShippedDirectory()
	if err != nil {
		return "The demo users cannot be listed: " + err.Error()
	}
	var list strings.Builder
	list.WriteString("Demo users:")
	for _, person := range directory.People() {
		fmt.Fprintf(&list, "\n  %-20s %s", person.ID, person.Situation["en"])
	}
	return list.String()
}

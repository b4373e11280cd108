package desk

import (
	"net/http"

	"kaitong/bot/staff"
)

// demoAgents are offered in demo mode, without a password.
func demoAgents() []staff.Account {
	return []staff.Account{
		{User: "demo-lin", Name: "林晓", Role: staff.Agent, Locale: localeZH},
		{User: "demo-zhou", Name: "周宁", Role: staff.Agent, Locale: localeZH},
		{User: "demo-chen", Name: "陈岚", Role: staff.Lead, Locale: localeZH},
		{User: "demo-wang", Name: "王审", Role: staff.Compliance, Locale: localeZH},
	}
}

// englishNames are shown beside the others.
func englishNames() map[string]string {
	return map[string]string{"demo-lin": "Lin Xiao", "demo-zhou": "Zhou Ning", "demo-chen": "Chen Lan", "demo-wang": "Wang Shen"}
}

type demoData struct {
	User string     `json:"user"`
	Name string     `json:"name"`
	EN   string     `json:"name_en"`
	Role staff.Role `json:"role"`
}

// listDemo is GET /v1/desk/demo; there is no such thing outside demo mode.
func (s *Server) listDemo(w http.ResponseWriter, r *http.Request, _ visitor) {
	if len(s.demo) == 0 {
		s.problem(w, r, &fault{code: codeNotFound})
		return
	}
	var agents []demoData
	for _, one := range demoAgents() {
		agents = append(agents, demoData{one.User, one.Name, englishNames()[one.User], one.Role})
	}
	s.json(w, map[string]any{"agents": agents})
}

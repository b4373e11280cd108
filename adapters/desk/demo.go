package desk

import (
	"net/http"

	"kaitong/adapters/edge"
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

// englishNames are what demo agents are called in English; nobody else has such a
// user.
func englishNames() map[string]string {
	return map[string]string{"demo-lin": "Lin Xiao", "demo-zhou": "Zhou Ning", "demo-chen": "Chen Lan", "demo-wang": "Wang Shen"}
}

type demoData struct {
	User string     `json:"user"`
	Name string     `json:"name"`
	EN   string     `json:"name_en"`
	Role staff.Role `json:"role"`
}

// ownHost says whether a request can only be meant for us. Demo agents need no
// password, so a page elsewhere whose name leads here must not meet them.
func (s *Server) ownHost(r *http.Request) bool {
	host := s.proxies.Host(r)
	if edge.OwnHost(host, s.hosts) {
		return true
	}
	s.log.Warn("demo agents are not offered under a name that is not known to be ours; web.allowed_origins can name it", "host", host)
	return false
}

// listDemo is GET /v1/desk/demo; there is no such thing outside demo mode.
func (s *Server) listDemo(w http.ResponseWriter, r *http.Request, _ visitor) {
	if len(s.demo) == 0 || !s.ownHost(r) {
		s.problem(w, r, &fault{code: codeNotFound})
		return
	}
	var agents []demoData
	for _, one := range demoAgents() {
		agents = append(agents, demoData{one.User, one.Name, englishNames()[one.User], one.Role})
	}
	s.json(w, map[string]any{"agents": agents})
}

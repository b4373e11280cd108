package desk

import (
	"net/http"

	"kaitong/bot/staff"
)

// route is one thing that can be asked, and by whom.
type route struct {
	method string
	path   string
	roles  []staff.Role // nil: everybody, signed in or not
	handle func(w http.ResponseWriter, r *http.Request, who visitor)
}

// routes is everything that can be asked. Nothing is served that has no row.
func (s *Server) routes() []route {
	var (
		everybody []staff.Role
		anybody   = staff.Roles()
		talking   = []staff.Role{staff.Agent, staff.Lead}
		reading   = []staff.Role{staff.Agent, staff.Lead, staff.Compliance}
		checking  = []staff.Role{staff.Compliance, staff.Admin}
		admins    = []staff.Role{staff.Admin}
	)
	const get, post, patch = http.MethodGet, http.MethodPost, http.MethodPatch
	return []route{
		{get, "/desk", everybody, s.page},
		{get, "/desk/", everybody, s.page},
		{get, "/analytics", everybody, s.page},
		{get, "/v1/desk/demo", everybody, s.listDemo},
		{get, "/v1/desk/signin", everybody, s.waysIn},
		{post, "/v1/desk/login", everybody, s.login},
		{post, "/v1/desk/oidc", everybody, s.beginCompany},
		{get, "/v1/desk/oidc/callback", everybody, s.finishCompany},
		{post, "/v1/desk/logout", anybody, s.logout},
		{post, "/v1/desk/password", anybody, s.changePassword},
		{get, "/v1/desk/me", anybody, s.me},
		{get, "/v1/desk/ws", reading, s.socket},
		{get, "/v1/desk/queues", reading, s.listQueues},
		{get, "/v1/desk/snippets", talking, s.findSnippets},
		{get, "/v1/desk/conversations/{id}", reading, s.openCase},
		{post, "/v1/desk/conversations/{id}/reveal", reading, s.reveal},
		{get, "/v1/desk/conversations/{id}/proofs/{proof}", talking, s.proof},
		{get, "/v1/desk/audit", checking, s.listAudit},
		{get, "/v1/desk/accounts", admins, s.listAccounts},
		{post, "/v1/desk/accounts", admins, s.addAccount},
		{patch, "/v1/desk/accounts/{user}", admins, s.changeAccount},
	}
}

package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// Code names one way to be refused. Clients switch on it, people read the
// row's words.
type Code string

// The codes. The rows of codeTable say what each means.
const (
	codeBadJSON      Code = "bad_json"
	codeTooLarge     Code = "too_large"
	codeMissingField Code = "missing_field"
	codeBadField     Code = "bad_field"
	codeUnknownType  Code = "unknown_type"
	codeUnauthorized Code = "unauthorized"
	codeBadLogin     Code = "bad_login"
	codeLocked       Code = "locked"
	codeWeakPassword Code = "weak_password"
	codeNoPasswords  Code = "no_passwords"
	codeCompanyAway  Code = "company_away"
	codeCompanyStale Code = "company_stale"
	codeCompanyNo    Code = "company_refused"
	codeNoRole       Code = "no_role"
	codeTwoRoles     Code = "two_roles"
	codeDisabled     Code = "disabled"
	codeForbidden    Code = "forbidden"
	codeCSRF         Code = "csrf"
	codeBadOrigin    Code = "bad_origin"
	codeNotFound     Code = "not_found"
	codeExists       Code = "exists"
	codeChanged      Code = "changed"
	codeTaken        Code = "taken"
	codeFenced       Code = "fenced"
	codeIDConflict   Code = "id_conflict"
	codeNotThere     Code = "colleague_offline"
	codeNotPossible  Code = "not_possible"
	codeDamaged      Code = "damaged"
	codeBusy         Code = "busy"
	codeRateLimited  Code = "rate_limited"
	codeInternal     Code = "internal"
	codeRestarting   Code = "restarting"
	codeServerFull   Code = "server_full"
	codeBadProtocol  Code = "bad_subprotocol"
	codeNotWebSocket Code = "upgrade_required"
	codeBadMethod    Code = "method_not_allowed"
	codeBadMedia     Code = "unsupported_media_type"
)

// Close codes of sockets, with the meaning they have for chats: 4400 and up ask
// for another try, 4500 and up are final.
const (
	closeUnauthorized = 4501
	closeChanged      = 4410 // the account: come back for what you may see now
	closeRestarting   = 1012
)

// codeRow is what one code means on the wire and to a person.
type codeRow struct {
	code   Code
	status int
	retry  bool          // the same request may succeed later
	wait   time.Duration // how long to wait, when nothing better is known
	zh, en string
}

func codeTable() map[Code]codeRow {
	rows := []codeRow{
		// What was sent cannot be read.
		{codeBadJSON, http.StatusBadRequest, false, 0, "内容的格式不对，没有处理。", "That was not one well-formed JSON object, so nothing was done."},
		{codeTooLarge, http.StatusRequestEntityTooLarge, false, 0, "内容太长了，请缩短后再试。", "That is too large. Please shorten it."},
		{codeMissingField, http.StatusBadRequest, false, 0, "缺少必要的内容，没有处理。", "A required field is missing, so nothing was done."},
		{codeBadField, http.StatusBadRequest, false, 0, "有一项内容不对，没有处理。", "A field has a value that cannot be used, so nothing was done."},
		{codeUnknownType, http.StatusBadRequest, false, 0, "暂不支持这个操作，其他功能不受影响。", "That is not supported here. Everything else keeps working."},

		// Who is there.
		{codeUnauthorized, http.StatusUnauthorized, false, 0, "请先登录，或登录已过期。", "Please sign in; your session may have ended."},
		{codeBadLogin, http.StatusUnauthorized, false, 0, "用户名或密码不对。", "The user name or the password is not right."},
		{codeLocked, http.StatusTooManyRequests, true, 2 * time.Minute, "尝试次数太多，请过几分钟再登录。", "Too many attempts. Please wait some minutes before you sign in."},
		{codeWeakPassword, http.StatusBadRequest, false, 0, "密码至少 12 个字符，不要太简单，也不要包含用户名。", "A password needs at least 12 characters, not too simple ones, and not the user name in it."},
		{codeNoPasswords, http.StatusForbidden, false, 0, "这里只能用公司账号登录。", "Please sign in with your company's account; passwords are not used here."},
		{codeCompanyAway, http.StatusServiceUnavailable, true, 5 * time.Second, "公司账号的登录服务暂时没有回应，请稍后再试。", "Your company's sign-in does not answer. Please try again in a moment."},
		{codeCompanyStale, http.StatusBadRequest, false, 0, "这次登录已经失效，请重新开始。", "This sign-in is no longer valid. Please start again."},
		{codeCompanyNo, http.StatusUnauthorized, false, 0, "公司账号没有登录成功，请再试一次。", "Signing in with your company's account did not work. Please try again."},
		{codeNoRole, http.StatusForbidden, false, 0, "你的公司账号还没有工作台的角色，请联系管理员。", "Your company's account has no role at this desk. Please ask your administrator."},
		{codeTwoRoles, http.StatusForbidden, false, 0, "你的公司账号同时有两个互斥的工作台角色，请联系管理员，只留一个。", "Your company's account has two roles at this desk that exclude each other. Please ask your administrator to leave you one."},
		{codeDisabled, http.StatusForbidden, false, 0, "这个账号已停用，请联系管理员。", "This account is disabled. Please ask your administrator."},
		{codeForbidden, http.StatusForbidden, false, 0, "你的角色不能这样做。", "Your role does not allow that."},
		{codeCSRF, http.StatusForbidden, false, 0, "页面已过期，请刷新后再试。", "This page is out of date. Please reload it and try again."},
		{codeBadOrigin, http.StatusForbidden, false, 0, "这个网页不能使用坐席工作台。", "This page is not allowed to use the desk."},

		// What was asked.
		{codeNotFound, http.StatusNotFound, false, 0, "没有找到你要的内容。", "We could not find that."},
		{codeExists, http.StatusConflict, false, 0, "这个用户名已经有人用了。", "There is an account of that name already."},
		{codeChanged, http.StatusConflict, true, time.Second, "内容刚刚被别人改过，请刷新后再试。", "Somebody changed this a moment ago. Please reload and try again."},
		{codeTaken, http.StatusConflict, false, 0, "这个对话已经有同事在处理了。", "A colleague has this conversation already."},
		{codeFenced, http.StatusConflict, false, 0, "对话的归属刚刚变了，请看最新状态。", "The conversation has just changed hands. Please look at where it stands."},
		{codeIDConflict, http.StatusConflict, false, 0, "这个编号已经用过，请重新操作。", "That id was used for something else. Please do it again."},
		{codeNotThere, http.StatusConflict, false, 0, "这位同事现在不在线，请转给在线的同事或放回队列。", "That colleague is offline. Please choose somebody who is there, or a line."},
		{codeNotPossible, http.StatusBadRequest, false, 0, "现在没法这样操作。", "That is not possible right now."},
		{codeDamaged, http.StatusConflict, false, 0, "这段对话的记录有损坏，没法继续了。", "The record of this conversation is damaged and it cannot go on."},
		{codeBusy, http.StatusServiceUnavailable, true, 2 * time.Second, "现在有点忙，请稍等一下再试。", "We are a little busy. Please try again in a moment."},
		{codeRateLimited, http.StatusTooManyRequests, true, 2 * time.Second, "操作得有点快，请稍等几秒。", "That was a bit fast. Please wait a few seconds."},
		{codeInternal, http.StatusInternalServerError, true, 2 * time.Second, "这边出了点问题，没有处理成功，请再试一次。", "Something went wrong on our side. Please try again."},

		// The connection.
		{codeRestarting, http.StatusServiceUnavailable, true, 2 * time.Second, "服务正在更新，马上就好。", "The service is being updated and will be right back."},
		{codeServerFull, http.StatusServiceUnavailable, true, 5 * time.Second, "打开的工作台太多了，请稍后再试。", "Too many desks are open. Please try again shortly."},
		{codeBadProtocol, http.StatusBadRequest, false, 0, "请使用 kaitong.desk.v1 子协议连接。", "Please connect with the subprotocol kaitong.desk.v1."},
		{codeNotWebSocket, http.StatusUpgradeRequired, false, 0, "这个地址只支持 WebSocket 连接。", "This address speaks WebSocket only."},
		{codeBadMethod, http.StatusMethodNotAllowed, false, 0, "这个地址不支持这种请求。", "This address does not take that method."},
		{codeBadMedia, http.StatusUnsupportedMediaType, false, 0, "请用 application/json 发送。", "Please send application/json."},
	}
	table := make(map[Code]codeRow, len(rows))
	for _, row := range rows {
		table[row.code] = row
	}
	return table
}

// in returns the words in one language.
func (r codeRow) in(locale string) string {
	if locale == localeEN {
		return r.en
	}
	return r.zh
}

// fault is one refusal on its way to a desk.
type fault struct {
	code  Code
	field string        // the field at fault, one of our own names
	wait  time.Duration // overrides the row's
	cause error         // for the log
}

func (f *fault) Error() string { return fmt.Sprintf("%s %s: %v", f.code, f.field, f.cause) }

// faultOf maps what the engine or the vault returned to what an agent is told.
func faultOf(err error) *fault {
	for _, known := range []struct {
		err  error
		code Code
	}{
		{bot.ErrTaken, codeTaken},
		{bot.ErrFenced, codeFenced},
		{bot.ErrNotFound, codeNotFound},
		{bot.ErrDamaged, codeDamaged},
		{bot.ErrIDConflict, codeIDConflict},
		{bot.ErrInvalid, codeNotPossible},
		{bot.ErrBusy, codeBusy},
		{bot.ErrConflict, codeBusy},
		{bot.ErrClosed, codeBusy},
		{context.DeadlineExceeded, codeBusy},
		{context.Canceled, codeBusy},
		{staff.ErrUnknown, codeNotFound},
		{staff.ErrExists, codeExists},
		{staff.ErrChanged, codeChanged},
	} {
		if errors.Is(err, known.err) {
			return &fault{code: known.code, cause: err}
		}
	}
	return &fault{code: codeInternal, cause: err}
}

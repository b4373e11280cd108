package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"kaitong/bot"
)

// Code names one way to be refused. It is part of the protocol: clients
// switch on it, people read the row's words.
type Code string

// The codes. The rows of codeTable say what each means.
const (
	codeBadJSON       Code = "bad_json"
	codeDuplicateKey  Code = "duplicate_key"
	codeBadKey        Code = "bad_key"
	codeTooDeep       Code = "too_deep"
	codeInvalidUTF8   Code = "invalid_utf8"
	codeLoneSurrogate Code = "lone_surrogate"
	codeTrailingData  Code = "trailing_data"
	codeTooLarge      Code = "too_large"
	codeNotText       Code = "not_text"
	codeUnknownType   Code = "unknown_type"
	codeMissingField  Code = "missing_field"
	codeBadField      Code = "bad_field"
	codeNotHello      Code = "not_hello"
	codeHelloTimeout  Code = "hello_timeout"
	codeSecondHello   Code = "second_hello"
	codeUnauthorized  Code = "unauthorized"
	codeTokenExpired  Code = "token_expired"
	codeRevoked       Code = "revoked"
	codeOtherPerson   Code = "other_person"
	codeMoved         Code = "moved"
	codeSocketLimit   Code = "too_many_sockets"
	codeSlowConsumer  Code = "slow_consumer"
	codeLagging       Code = "lagging"
	codeServerFull    Code = "server_full"
	codeRestarting    Code = "restarting"
	codeEmptyText     Code = "empty_text"
	codeTooLong       Code = "too_long"
	codeIDConflict    Code = "id_conflict"
	codeNotFound      Code = "not_found"
	codeDamaged       Code = "damaged"
	codeErased        Code = "erased"
	codeNotPossible   Code = "not_possible"
	codeBusy          Code = "busy"
	codeRateLimited   Code = "rate_limited"
	codeInternal      Code = "internal"
	codeBadOrigin     Code = "bad_origin"
	codeBadProtocol   Code = "bad_subprotocol"
	codeNotWebSocket  Code = "upgrade_required"
	codeBadMethod     Code = "method_not_allowed"
	codeBadMedia      Code = "unsupported_media_type"
	codeNotReady      Code = "not_ready"
	codeNoAppeal      Code = "no_appeal"
	codeTooManyFiles  Code = "too_many_files"
	codeFileTooLarge  Code = "file_too_large"
	codeEmptyFile     Code = "empty_file"
	codeBadFile       Code = "bad_file"
	codeUnsafeFile    Code = "unsafe_file"
)

// codeRow is what one code means on the wire and to a person.
type codeRow struct {
	code   Code
	close  int           // close code that follows the error frame; 0: the socket goes on
	status int           // HTTP status where the code can be met there
	retry  bool          // the same request may succeed later
	wait   time.Duration // how long to wait, when nothing better is known
	words  Words
}

// These end a socket whose first frame came to nothing, when the code itself
// has no close code: there is nobody yet to go on talking to.
const (
	preHelloRetry = 4400
	preHelloClose = 4500
)

// codeTable is the whole table: code, close code, HTTP status, whether to try
// again, and the words shown. Close codes 4000-4499 ask for another try,
// 4500-4999 are final; 1003, 1007, 1009 and 1012 are those of RFC 6455.
func codeTable() map[Code]codeRow {
	rows := []codeRow{
		// What was sent cannot be read.
		{codeBadJSON, 0, http.StatusBadRequest, false, 0, Words{"这条消息的格式不对，没有处理。", "That was not well-formed JSON, so nothing was done."}},
		{codeDuplicateKey, 0, http.StatusBadRequest, false, 0, Words{"这条消息里有重复的字段，没有处理。", "A field appears twice, so nothing was done."}},
		{codeBadKey, 0, http.StatusBadRequest, false, 0, Words{"这条消息的字段名大小写不对，没有处理。", "A field name is in the wrong case, so nothing was done."}},
		{codeTooDeep, 0, http.StatusBadRequest, false, 0, Words{"这条消息嵌套太深，没有处理。", "That was nested too deeply, so nothing was done."}},
		{codeInvalidUTF8, 1007, http.StatusBadRequest, false, 0, Words{"这条消息不是有效的 UTF-8 文字。", "That was not valid UTF-8 text."}},
		{codeLoneSurrogate, 0, http.StatusBadRequest, false, 0, Words{"这条消息里有不完整的字符，没有处理。", "That held half a character, so nothing was done."}},
		{codeTrailingData, 0, http.StatusBadRequest, false, 0, Words{"一次只能发一条消息，没有处理。", "Only one object may be sent at a time, so nothing was done."}},
		{codeTooLarge, 0, http.StatusRequestEntityTooLarge, false, 0, Words{"内容太长了，请分几次发送。", "That is too large. Please send it in smaller parts."}},
		{codeNotText, 1003, 0, false, 0, Words{"这里只接收文字。", "Only text frames are accepted here."}},
		{codeUnknownType, 0, 0, false, 0, Words{"暂不支持这个操作，其他功能不受影响。", "That is not supported here. Everything else keeps working."}},
		{codeMissingField, 0, http.StatusBadRequest, false, 0, Words{"缺少必要的内容，没有处理。", "A required field is missing, so nothing was done."}},
		{codeBadField, 0, http.StatusBadRequest, false, 0, Words{"有一项内容不对，没有处理。", "A field has a value that cannot be used, so nothing was done."}},

		// Who is there.
		{codeNotHello, 4502, 0, false, 0, Words{"请先建立会话再发送消息。", "The first frame must be hello."}},
		{codeHelloTimeout, 4408, 0, true, time.Second, Words{"连接等待太久，正在重新连接。", "No hello came in time. Please reconnect."}},
		{codeSecondHello, 0, 0, false, 0, Words{"会话已经建立，不用重复。", "This session is already open."}},
		{codeUnauthorized, 4501, http.StatusUnauthorized, false, 0, Words{"没能确认你的身份，请重新登录后再试。", "We could not confirm who you are. Please sign in again."}},
		{codeTokenExpired, 4401, http.StatusUnauthorized, true, 0, Words{"登录状态已过期，请刷新后继续。", "Your sign-in has expired. Please refresh to go on."}},
		{codeRevoked, 4503, http.StatusUnauthorized, false, 0, Words{"这次登录已经失效，请重新登录后再打开。", "This sign-in is no longer valid. Please sign in again and reopen the chat."}},
		{codeOtherPerson, 4403, 0, true, 0, Words{"登录的账号变了，正在重新连接。", "Somebody else has signed in. Reconnecting."}},
		{codeMoved, 4404, 0, true, 0, Words{"这段对话已归到登录的账号，正在重新连接。", "This conversation now belongs to the account that signed in. Reconnecting."}},
		{codeSocketLimit, 4429, 0, true, 10 * time.Second, Words{"你打开的聊天窗口有点多，请关闭一个再试。", "You have several chats open. Please close one and try again."}},

		// The connection.
		{codeSlowConsumer, 4409, 0, true, time.Second, Words{"网络有点慢，正在重新连接。", "The connection is too slow. Please reconnect."}},
		{codeLagging, 4410, 0, true, time.Second, Words{"消息没有同步好，正在重新连接。", "Some messages are missing here. Please reconnect."}},
		{codeServerFull, 4413, http.StatusServiceUnavailable, true, 5 * time.Second, Words{"现在咨询的人较多，请稍后再试。", "Many people are asking right now. Please try again shortly."}},
		{codeRestarting, 1012, http.StatusServiceUnavailable, true, 2 * time.Second, Words{"服务正在更新，马上就好。", "The service is being updated and will be right back."}},

		// What was asked.
		{codeEmptyText, 0, 0, false, 0, Words{"消息是空的，写点什么再发送吧。", "The message is empty. Please write something first."}},
		{codeTooLong, 0, 0, false, 0, Words{"这条消息有点长，请控制在 4000 字以内，或分几次发送。", "That message is a little long. Please keep it under 4,000 characters or send it in parts."}},
		{codeIDConflict, 0, http.StatusConflict, false, 0, Words{"这条消息的编号已经用过，请重新发送。", "That message id was used for something else. Please send it again as a new message."}},
		{codeNotFound, 0, http.StatusNotFound, false, 0, Words{"没有找到你要的内容。", "We could not find that."}},
		{codeDamaged, 0, 0, false, 0, Words{"这段对话的记录有损坏，没法接着聊了。请重新打开页面，开始新的对话。", "The record of this conversation is damaged and it cannot go on. Please open the page again to start a new one."}},
		{codeErased, 4411, http.StatusNotFound, true, time.Second, Words{"这段对话已经删除，重新连接后会开始新的对话。", "This conversation has been erased. A new one begins when you reconnect."}},
		{codeNotPossible, 0, http.StatusBadRequest, false, 0, Words{"现在没法这样操作，换个方式试试。", "That is not possible right now. Please try another way."}},
		{codeBusy, 0, http.StatusServiceUnavailable, true, 2 * time.Second, Words{"现在有点忙，请稍等一下再发。", "We are a little busy. Please try again in a moment."}},
		{codeRateLimited, 0, http.StatusTooManyRequests, true, 5 * time.Second, Words{"发送得有点快，请稍等几秒再发。", "That was a bit fast. Please wait a few seconds."}},
		{codeInternal, 0, http.StatusInternalServerError, true, 2 * time.Second, Words{"这边出了点问题，你的消息没有处理成功，请再试一次。", "Something went wrong on our side and your message was not handled. Please try again."}},

		// HTTP only.
		{codeBadOrigin, 0, http.StatusForbidden, false, 0, Words{"这个网页不能使用本服务。", "This page is not allowed to use the service."}},
		{codeBadProtocol, 0, http.StatusBadRequest, false, 0, Words{"请使用 kaitong.v1 子协议连接。", "Please connect with the subprotocol kaitong.v1."}},
		{codeNotWebSocket, 0, http.StatusUpgradeRequired, false, 0, Words{"这个地址只支持 WebSocket 连接。", "This address speaks WebSocket only."}},
		{codeBadMethod, 0, http.StatusMethodNotAllowed, false, 0, Words{"这个地址不支持这种请求。", "This address does not take that method."}},
		{codeBadMedia, 0, http.StatusUnsupportedMediaType, false, 0, Words{"请用这个地址要求的格式发送（application/json，上传文件用 multipart/form-data）。", "Please send what this address takes: application/json, or multipart/form-data for files."}},
		{codeNoAppeal, 0, http.StatusConflict, false, 0, Words{"现在没有正在填写的申诉，请先在聊天里说「申诉」。", "No appeal is being filled in. Please say “appeal” in the chat first."}},
		{codeTooManyFiles, 0, http.StatusConflict, false, 0, Words{"这份申诉的材料已经满 5 份了。", "This appeal has all the five documents it can take."}},
		{codeFileTooLarge, 0, http.StatusRequestEntityTooLarge, false, 0, Words{"这份文件超过 10 MB 了，请压缩或分开上传。", "This file is larger than 10 MB. Please make it smaller or split it."}},
		{codeEmptyFile, 0, http.StatusUnprocessableEntity, false, 0, Words{"这份文件是空的，请换一份。", "This file is empty. Please choose another."}},
		{codeBadFile, 0, http.StatusUnprocessableEntity, false, 0, Words{"只能上传完整的 jpg、png 或 pdf 文件，请换一份。", "Only whole jpg, png or pdf files can be taken. Please choose another."}},
		{codeUnsafeFile, 0, http.StatusUnprocessableEntity, false, 0, Words{"这份文件没有通过安全检查，没有保存。可以拍张照片或重新导出再传。", "This file did not pass the safety check and was not kept. Please take a photo of it or export it again."}},
		{codeNotReady, 0, http.StatusServiceUnavailable, true, 2 * time.Second, Words{"服务还没有准备好。", "The service is not ready."}},
	}
	table := make(map[Code]codeRow, len(rows))
	for _, row := range rows {
		table[row.code] = row
	}
	return table
}

// in returns the words in one language.
func (w Words) in(locale string) string {
	if locale == localeEN {
		return w.EN
	}
	return w.ZH
}

// fault is one refusal on its way to a client.
type fault struct {
	code  Code
	field string        // the field at fault, one of our own names
	wait  time.Duration // overrides the row's
	cause error         // for the log
}

func (f *fault) Error() string {
	return fmt.Sprintf("%s %s: %v", f.code, f.field, f.cause)
}

// faultOf maps what the engine returned to what a person is told.
func faultOf(err error) *fault {
	code := codeInternal
	switch {
	case errors.Is(err, bot.ErrErased):
		code = codeErased
	case errors.Is(err, bot.ErrNotFound):
		code = codeNotFound
	case errors.Is(err, bot.ErrDamaged):
		code = codeDamaged
	case errors.Is(err, bot.ErrIDConflict):
		code = codeIDConflict
	case errors.Is(err, bot.ErrInvalid):
		code = codeNotPossible
	case errors.Is(err, bot.ErrBusy), errors.Is(err, bot.ErrConflict), errors.Is(err, context.DeadlineExceeded):
		code = codeBusy
	case errors.Is(err, bot.ErrClosed), errors.Is(err, context.Canceled):
		code = codeBusy
	}
	return &fault{code: code, cause: err}
}

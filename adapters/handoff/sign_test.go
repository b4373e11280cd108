package handoff

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	oldSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	newSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

func TestTheOfficialLibraryBelievesUs(t *testing.T) {
	t.Parallel()
	for _, body := range bodies() {
		header := http.Header{}
		secrets(t, newSecret+"\n"+oldSecret+"\n").Sign(header, "evt_1", time.Now(), body)
		for _, secret := range []string{oldSecret, newSecret} { // whichever they have
			if err := oracle(t, secret).Verify(body, header); err != nil {
				t.Errorf("%d bytes: %v", len(body), err)
			}
		}
		if err := oracle(t, otherSecret()).Verify(body, header); err == nil {
			t.Error("believed with another secret")
		}
	}
}

func TestWeBelieveTheOfficialLibrary(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, body := range bodies() {
		for secret, want := range map[string]error{oldSecret: nil, newSecret: nil, otherSecret(): errForged} {
			header := signedBy(t, secret, "msg_1", now, body)
			if err := secrets(t, newSecret+"\n"+oldSecret).verify(header, body, now); !errors.Is(err, want) {
				t.Errorf("%d bytes: got %v, want %v", len(body), err, want)
			}
		}
	}
}

// The vector is of the specification's own tests.
func TestAKnownSignature(t *testing.T) {
	t.Parallel()
	header := http.Header{}
	secrets(t, newSecret).Sign(header, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if got := header.Get("webhook-signature"); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
}

func TestForgeries(t *testing.T) {
	t.Parallel()
	now, body := time.Now(), []byte(`{"a":1}`)
	change := func(key, value string) func(http.Header) []byte {
		return func(h http.Header) []byte { h.Set(key, value); return body }
	}
	genuine := signedBy(t, newSecret, "msg_1", now, body).Get("webhook-signature")
	for name, test := range map[string]struct {
		forge func(http.Header) []byte
		want  error
	}{
		"nothing changed":          {func(http.Header) []byte { return body }, nil},
		"another body":             {func(http.Header) []byte { return []byte(`{"a":2}`) }, errForged},
		"no body":                  {func(http.Header) []byte { return nil }, errForged},
		"another id":               {change("webhook-id", "msg_2"), errForged},
		"no id":                    {change("webhook-id", ""), errUnsigned},
		"another time":             {change("webhook-timestamp", fmt.Sprint(now.Unix()+1)), errForged},
		"the same time otherwise":  {change("webhook-timestamp", "0"+fmt.Sprint(now.Unix())), errUnsigned},
		"no time":                  {change("webhook-timestamp", ""), errUnsigned},
		"a time beyond all":        {change("webhook-timestamp", "9223372036854775807"), errForged},
		"a date":                   {change("webhook-timestamp", now.Format(time.RFC3339)), errUnsigned},
		"no signature":             {change("webhook-signature", ""), errUnsigned},
		"blanks":                   {change("webhook-signature", "  "), errUnsigned},
		"no version":               {change("webhook-signature", strings.TrimPrefix(genuine, "v1,")), errForged},
		"another version":          {change("webhook-signature", "v1a"+strings.TrimPrefix(genuine, "v1")), errForged},
		"half a signature":         {change("webhook-signature", genuine[:20]), errForged},
		"an empty signature":       {change("webhook-signature", "v1,"), errForged},
		"one of several":           {change("webhook-signature", "v1a,xx v1,eHg= "+genuine), nil},
		"one of far too many":      {change("webhook-signature", strings.Repeat("v1,eHg= ", 20)+genuine), errUnsigned},
		"a full stop moved":        {change("webhook-id", "msg_1."+fmt.Sprint(now.Unix())), errForged},
		"signed with the encoding": {func(h http.Header) []byte { Secrets{[]byte(newSecret)}.Sign(h, "msg_1", now, body); return body }, errForged},
	} {
		header := signedBy(t, newSecret, "msg_1", now, body)
		sent := test.forge(header)
		if err := secrets(t, newSecret).verify(header, sent, now); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

func TestClocksThatDisagree(t *testing.T) {
	t.Parallel()
	now, body := time.Unix(1_900_000_000, 0), []byte(`{}`)
	for skew, want := range map[time.Duration]error{
		0: nil, 5 * time.Minute: nil, -5 * time.Minute: nil,
		5*time.Minute + time.Second: errClock, -5*time.Minute - time.Second: errClock, 24 * time.Hour: errClock, -150 * 365 * 24 * time.Hour: errClock,
	} {
		header := signedBy(t, newSecret, "msg_1", now.Add(skew), body)
		if err := secrets(t, newSecret).verify(header, body, now); !errors.Is(err, want) {
			t.Errorf("off by %s: got %v, want %v", skew, err, want)
		}
	}
	header := http.Header{}
	for _, stamp := range []int64{-1 << 63, 1<<63 - 1} { // the difference would overflow
		secrets(t, newSecret).Sign(header, "msg_1", time.Unix(stamp, 0), body)
		if err := secrets(t, newSecret).verify(header, body, now); err == nil {
			t.Errorf("believed at %d", stamp)
		}
	}
}

func TestSecretsThatAreNone(t *testing.T) {
	t.Parallel()
	short := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, minSecret-1))
	long := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, maxSecret+1))
	for name, text := range map[string]string{
		"nothing": "", "blanks": " \n\n", "no prefix": strings.TrimPrefix(newSecret, "whsec_"), "no base64": "whsec_hunter2!", "short": short,
		"long": long, "one of two": newSecret + "\nhunter2", "many": strings.Repeat(newSecret+"\n", maxSecrets+1),
	} {
		_, err := ParseSecrets(text)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := secrets(t, " "+newSecret+"\r\n\n"+oldSecret+"\n"); len(got) != 2 || len(got[0]) != 24 {
		t.Errorf("read %d secrets", len(got))
	}
}

// FuzzVerify: only what we or the library would have signed is believed, and no
// header makes verifying fail otherwise.
func FuzzVerify(f *testing.F) {
	now := time.Unix(1_900_000_000, 0)
	f.Add("msg_1", "1900000000", "v1,eHg=", []byte(`{}`))
	f.Add("", "-1", "v1, v1,, ,v1", []byte(nil))
	keys, err := ParseSecrets(newSecret)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, stamp, signature string, body []byte) {
		header := http.Header{}
		header.Set("webhook-id", id)
		header.Set("webhook-timestamp", stamp)
		header.Set("webhook-signature", signature)
		if keys.verify(header, body, now) == nil && oracle(t, newSecret).VerifyIgnoringTimestamp(body, header) != nil {
			t.Errorf("believed %q %q %q", id, stamp, signature)
		}
		if parsed, err := ParseSecrets(signature); err == nil && len(parsed) == 0 {
			t.Errorf("%q are no secrets", signature)
		}
	})
}

func bodies() [][]byte {
	return [][]byte{[]byte(`{}`), {}, []byte("人工 🙂\n"), {0, 255, '.'}, bytes.Repeat([]byte("x"), 1<<20)}
}

func otherSecret() string {
	return "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
}

func secrets(t testing.TB, text string) Secrets {
	t.Helper()
	parsed, err := ParseSecrets(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func oracle(t testing.TB, secret string) *standardwebhooks.Webhook {
	t.Helper()
	library, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

// signedBy are the headers of a message that the official library signed.
func signedBy(t testing.TB, secret, id string, at time.Time, body []byte) http.Header {
	t.Helper()
	signature, err := oracle(t, secret).Sign(id, at, body)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	header.Set("webhook-id", id)
	header.Set("webhook-timestamp", fmt.Sprint(at.Unix()))
	header.Set("webhook-signature", signature)
	return header
}

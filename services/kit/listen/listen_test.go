package listen_test

import (
	"strings"
	"testing"

	"cloudpact.dev/services/kit/listen"
)

func TestCheck(t *testing.T) {
	full := listen.Config{Cert: "c.pem", Key: "k.pem", Issuer: "i.yaml"}
	for _, c := range []struct {
		addr string
		with listen.Config
		want string
	}{
		{"127.0.0.1:8081", listen.Config{}, ""},
		{"127.0.0.5:0", listen.Config{}, ""},
		{"[::1]:0", listen.Config{}, ""},
		{"localhost:0", listen.Config{}, ""},
		{"", listen.Config{}, ""},
		{":8081", listen.Config{}, "refusing to listen"},
		{"0.0.0.0:8081", listen.Config{}, "refusing to listen"},
		{"10.0.0.1:8081", listen.Config{Cert: "c", Key: "k"}, "refusing to listen"},
		{"10.0.0.1:8081", listen.Config{Issuer: "i"}, "refusing to listen"},
		{"example.com:8081", listen.Config{}, "refusing to listen"},
		{"0.0.0.0:8081", full, ""},
		{"127.0.0.1:8081", listen.Config{Cert: "c"}, "belong together"},
		{"8081", listen.Config{}, "not host:port"},
	} {
		cfg := c.with
		cfg.Addr = c.addr
		err := cfg.Check()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%q: %v", c.addr, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q: error %v, want %q", c.addr, err, c.want)
		}
	}
}

func TestTCPRefusesBeforeOpening(t *testing.T) {
	if l, err := listen.TCP(t.Context(), listen.Config{Addr: "0.0.0.0:0"}); err == nil {
		l.Close()
		t.Fatal("an open address without TLS and issuer was opened")
	}
	l, err := listen.TCP(t.Context(), listen.Config{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

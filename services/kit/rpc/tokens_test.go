package rpc_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/rpc"
)

func TestTokenFileIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "tokens.yaml")
	files := make([]*rpc.TokenFile, 8)
	var wg sync.WaitGroup
	for i := range files {
		wg.Go(func() {
			var err error
			if files[i], err = rpc.OpenTokens(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
	seen := map[string]bool{}
	for _, role := range []string{rpc.RoleAdmin, rpc.RoleOperator, rpc.RoleApprover, rpc.RoleAuditor, rpc.RoleService} {
		token := files[0].Token(role)
		if len(token) != 64 || seen[token] {
			t.Errorf("%s has the token %q", role, token)
		}
		seen[token] = true
		p, err := files[7].Authenticate(t.Context(), token)
		if err != nil || p.Subject != role || !p.Has(role) || len(p.Roles) != 1 || p.Provider != "" {
			t.Errorf("%+v %v", p, err)
		}
	}
	if token := files[0].Token(rpc.RoleCustomer); token != "" {
		t.Errorf("a customer's token was made: %q", token)
	}
	for _, bad := range []string{"", "x", strings.Repeat("0", 64)} {
		_, err := files[0].Authenticate(t.Context(), bad)
		refused(t, err, codes.Unauthenticated, fault.ReasonUnauthenticated)
	}
}

func TestTokensMayBeAdded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.yaml")
	f, err := rpc.OpenTokens(path)
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	more := string(body) + `
    - token: 0123456789abcdef0123456789abcdef
      subject: someone
      roles: [customer]
      provider: demo
      customer: c1
`
	if err := os.WriteFile(path, []byte(more), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, time.Unix(1e9, 0)); err != nil { // coarse clocks must not hide the change
		t.Fatal(err)
	}
	p, err := f.Authenticate(t.Context(), "0123456789abcdef0123456789abcdef")
	if err != nil || p.Customer != "c1" || p.Provider != "demo" || p.Subject != "someone" {
		t.Fatalf("%+v %v", p, err)
	}
	if f.Token(rpc.RoleCustomer) != "" {
		t.Error("a narrow token was given for a role as such")
	}
}

func TestBadTokenFiles(t *testing.T) {
	const ok = "0123456789abcdef"
	for body, want := range map[string]string{
		"tokens: [{token: short, subject: a, roles: [admin]}]":                                                       "16 characters",
		"tokens: [{token: " + ok + ", roles: [admin]}]":                                                              "subject",
		"tokens: [{token: " + ok + ", subject: a}]":                                                                  "roles",
		"tokens: [{token: " + ok + ", subject: a, roles: [king]}]":                                                   "king",
		"tokens: [{token: " + ok + ", subject: a, roles: [customer]}]":                                               "provider and customer",
		"tokens: [{token: " + ok + ", subject: a, roles: [auditor], customer: c}]":                                   "provider beside",
		"tokens: [{token: " + ok + ", subject: a, roles: [admin], provder: p}]":                                      "provder",
		"tokens: [{token: " + ok + ", subject: a, roles: [admin]}, {token: " + ok + ", subject: b, roles: [admin]}]": "twice",
	} {
		path := filepath.Join(t.TempDir(), "tokens.yaml")
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := rpc.OpenTokens(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
	path := filepath.Join(t.TempDir(), "tokens.yaml")
	if _, err := rpc.OpenTokens(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := rpc.OpenTokens(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that others read: %v", err)
	}
}

package rpc

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// TokenEntry is one credential of a token file.
type TokenEntry struct {
	Token    string   `yaml:"token"`
	Subject  string   `yaml:"subject"`
	Roles    []string `yaml:"roles,flow"`
	Provider string   `yaml:"provider,omitempty"`
	Customer string   `yaml:"customer,omitempty"`
}

type tokenList struct {
	Tokens []TokenEntry `yaml:"tokens"`
}

// TokenFile authenticates by a file of tokens, made on first start with one
// random token per role (customers get theirs by hand). The file is read again
// when a token is unknown and the file has changed. Safe for concurrent use.
type TokenFile struct {
	path string

	mu      sync.RWMutex
	stamp   time.Time
	known   map[[32]byte]Principal
	entries []TokenEntry
}

const tokenFileHead = `# Who may call this suite. Keep this file to yourself (mode 0600).
# More entries may be added; a customer's looks so:
#   - token: (32 random bytes in hex)
#     subject: someone@example.com
#     roles: [customer]
#     provider: demo
#     customer: c1
`

// OpenTokens reads the token file, after making it where there is none.
func OpenTokens(path string) (*TokenFile, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := createTokens(path); err != nil {
			return nil, fmt.Errorf("token file: %w", err)
		}
	}
	t := &TokenFile{path: path}
	return t, t.load()
}

// createTokens writes a new file and links it into place, so that of several
// processes that start together one wins and all read the same tokens.
func createTokens(path string) error {
	var list tokenList
	for _, role := range []string{RoleAdmin, RoleOperator, RoleApprover, RoleAuditor, RoleService} {
		list.Tokens = append(list.Tokens, TokenEntry{Token: randomToken(), Subject: role, Roles: []string{role}})
	}
	body, err := yaml.Marshal(list)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tokens-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(append([]byte(tokenFileHead), body...)); err != nil {
		tmp.Close()
		return err
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func randomToken() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (t *TokenFile) load() error {
	info, err := os.Stat(t.path)
	if err != nil {
		return fmt.Errorf("token file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("token file %s is readable by others (mode %04o); run chmod 600 on it", t.path, info.Mode().Perm())
	}
	body, err := os.ReadFile(t.path)
	if err != nil {
		return fmt.Errorf("token file: %w", err)
	}
	known, entries, err := parseTokens(body)
	if err != nil {
		return fmt.Errorf("token file %s: %w", t.path, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stamp, t.known, t.entries = info.ModTime(), known, entries
	return nil
}

func parseTokens(body []byte) (map[[32]byte]Principal, []TokenEntry, error) {
	var list tokenList
	dec := yaml.NewDecoder(bytes.NewReader(body))
	dec.KnownFields(true)
	if err := dec.Decode(&list); err != nil {
		return nil, nil, err
	}
	known := map[[32]byte]Principal{}
	for i, e := range list.Tokens {
		if err := e.check(); err != nil {
			return nil, nil, fmt.Errorf("tokens[%d]: %w", i, err)
		}
		key := sha256.Sum256([]byte(e.Token))
		if _, twice := known[key]; twice {
			return nil, nil, fmt.Errorf("tokens[%d]: this token stands twice in the file", i)
		}
		known[key] = Principal{Subject: e.Subject, Roles: e.Roles, Provider: e.Provider, Customer: e.Customer}
	}
	return known, list.Tokens, nil
}

func (e TokenEntry) check() error {
	if len(e.Token) < 16 {
		return errors.New("token: needs 16 characters or more")
	}
	return checkPrincipal(Principal{Subject: e.Subject, Roles: e.Roles, Provider: e.Provider, Customer: e.Customer})
}

// checkPrincipal refuses principals whose scope would be wider than meant.
func checkPrincipal(p Principal) error {
	if p.Subject == "" {
		return errors.New("subject: needed; approvals tell people apart by it")
	}
	if len(p.Roles) == 0 {
		return errors.New("roles: needs one or more")
	}
	for _, r := range p.Roles {
		if !slices.Contains(allRoles, r) {
			return fmt.Errorf("roles: %q is none of %v", r, allRoles)
		}
	}
	if p.Customer != "" && p.Provider == "" {
		return errors.New("customer: needs a provider beside it")
	}
	if p.Has(RoleCustomer) && p.Customer == "" {
		return errors.New("roles: a customer needs provider and customer")
	}
	return nil
}

// Authenticate implements Authenticator.
func (t *TokenFile) Authenticate(_ context.Context, token string) (Principal, error) {
	if token == "" {
		return Principal{}, unknownToken()
	}
	key := sha256.Sum256([]byte(token))
	p, stamp, ok := t.lookup(key)
	if ok {
		return p, nil
	}
	if info, err := os.Stat(t.path); err == nil && !info.ModTime().Equal(stamp) && t.load() == nil {
		if p, _, ok = t.lookup(key); ok {
			return p, nil
		}
	}
	return Principal{}, unknownToken()
}

func (t *TokenFile) lookup(key [32]byte) (Principal, time.Time, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	p, ok := t.known[key]
	return p, t.stamp, ok
}

// Token gives the first token whose entry holds the role and no narrower scope:
// what peers and the operator's command line use. "" where there is none.
func (t *TokenFile) Token(role string) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, e := range t.entries {
		if e.Provider == "" && slices.Contains(e.Roles, role) {
			return e.Token
		}
	}
	return ""
}

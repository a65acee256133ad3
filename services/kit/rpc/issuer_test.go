package rpc_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/listen"
	"cloudpact.dev/services/kit/rpc"
)

type signer struct {
	alg  string
	key  crypto.PublicKey
	sign func([]byte) []byte
}

func signers(t *testing.T) map[string]signer {
	t.Helper()
	edPub, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]signer{
		"ed": {"EdDSA", edPub, func(b []byte) []byte { return ed25519.Sign(ed, b) }},
		"ec": {"ES256", &ec.PublicKey, func(b []byte) []byte {
			sum := sha256.Sum256(b)
			r, s, err := ecdsa.Sign(rand.Reader, ec, sum[:])
			if err != nil {
				t.Fatal(err)
			}
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}},
		"rs": {"RS256", &rs.PublicKey, func(b []byte) []byte {
			sum := sha256.Sum256(b)
			out, err := rsa.SignPKCS1v15(rand.Reader, rs, crypto.SHA256, sum[:])
			if err != nil {
				t.Fatal(err)
			}
			return out
		}},
	}
}

func issuerFile(t *testing.T, keys map[string]signer) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("issuer: https://id.example\naudience: cloudpact\nkeys:\n")
	for id, s := range keys {
		der, err := x509.MarshalPKIXPublicKey(s.key)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
		fmt.Fprintf(&b, "- id: %s\n  pem: |\n    %s\n", id, strings.ReplaceAll(text, "\n", "\n    "))
	}
	path := filepath.Join(t.TempDir(), "issuer.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func token(t *testing.T, kid, alg string, sign func([]byte) []byte, claims map[string]any) string {
	t.Helper()
	enc := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	signed := enc(map[string]string{"alg": alg, "kid": kid}) + "." + enc(claims)
	return signed + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(signed)))
}

func TestIssuer(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	keys := signers(t)
	i, err := rpc.OpenIssuer(issuerFile(t, keys), clock.At(now))
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]any{
		"iss": "https://id.example", "aud": []string{"other", "cloudpact"}, "exp": now.Add(time.Hour).Unix(),
		"sub": "olga", "roles": []string{"operator"}, "provider": "p",
	}
	for id, s := range keys {
		p, err := i.Authenticate(t.Context(), token(t, id, s.alg, s.sign, good))
		if err != nil || p.Subject != "olga" || p.Provider != "p" || !p.Has(rpc.RoleOperator) {
			t.Errorf("%s: %+v %v", id, p, err)
		}
	}
	ed := keys["ed"]
	with := func(k string, v any) map[string]any {
		c := maps.Clone(good)
		c[k] = v
		return c
	}
	for name, tok := range map[string]string{
		"nothing":        "",
		"no token":       "abc",
		"other issuer":   token(t, "ed", "EdDSA", ed.sign, with("iss", "https://else.example")),
		"other audience": token(t, "ed", "EdDSA", ed.sign, with("aud", "billing")),
		"expired":        token(t, "ed", "EdDSA", ed.sign, with("exp", now.Unix())),
		"no expiry":      token(t, "ed", "EdDSA", ed.sign, with("exp", 0)),
		"not yet":        token(t, "ed", "EdDSA", ed.sign, with("nbf", now.Add(time.Minute).Unix())),
		"no roles":       token(t, "ed", "EdDSA", ed.sign, with("roles", []string{})),
		"wide customer":  token(t, "ed", "EdDSA", ed.sign, with("roles", []string{"customer"})),
		"unknown key":    token(t, "zz", "EdDSA", ed.sign, good),
		"other key":      token(t, "rs", "RS256", ed.sign, good),
		"no algorithm":   token(t, "ed", "none", func([]byte) []byte { return nil }, good),
		"hmac by key":    token(t, "rs", "HS256", ed.sign, good),
	} {
		_, err := i.Authenticate(t.Context(), tok)
		f := refusal(t, err, codes.Unauthenticated, fault.ReasonUnauthenticated)
		if strings.Contains(f.Message, "expired") || strings.Contains(f.Message, "key") {
			t.Errorf("%s: tells the caller why: %s", name, f.Message)
		}
	}
}

func TestSources(t *testing.T) {
	files, err := rpc.OpenTokens(filepath.Join(t.TempDir(), "tokens.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// With an issuer, of the file only peers are taken.
	keys := signers(t)
	path := issuerFile(t, keys)
	both, err := rpc.Sources(listen.Config{Issuer: path}, files)
	if err != nil {
		t.Fatal(err)
	}
	signed := token(t, "ed", "EdDSA", keys["ed"].sign, map[string]any{
		"iss": "https://id.example", "aud": "cloudpact",
		"exp": clock.System{}.Now().Add(time.Hour).Unix(), "sub": "oz", "roles": []string{"operator"},
	})
	if p, err := both.Authenticate(t.Context(), signed); err != nil || p.Subject != "oz" {
		t.Error(p, err)
	}
	if _, err := both.Authenticate(t.Context(), files.Token(rpc.RoleService)); err != nil {
		t.Error(err)
	}
	_, err = both.Authenticate(t.Context(), files.Token(rpc.RoleAdmin))
	refused(t, err, codes.Unauthenticated, fault.ReasonUnauthenticated)
	alone, err := rpc.Sources(listen.Config{}, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alone.Authenticate(t.Context(), files.Token(rpc.RoleAdmin)); err != nil {
		t.Error(err)
	}
}

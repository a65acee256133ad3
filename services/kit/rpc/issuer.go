package rpc

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/listen"
)

// Issuer authenticates by signed tokens (JWT: EdDSA, ES256 or RS256) of one
// issuer. Claims: iss, aud, exp (needed), nbf, sub, roles, provider, customer.
type Issuer struct {
	name     string
	audience string
	keys     map[string]crypto.PublicKey
	clock    clock.Clock
}

type issuerFile struct {
	Issuer   string `yaml:"issuer"`
	Audience string `yaml:"audience"`
	Keys     []struct {
		ID  string `yaml:"id"`
		PEM string `yaml:"pem"`
	} `yaml:"keys"`
}

// OpenIssuer reads an issuer's file: its name, the audience that its tokens for
// this suite carry, and its public keys by id in PEM.
func OpenIssuer(path string, c clock.Clock) (*Issuer, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("issuer file: %w", err)
	}
	var f issuerFile
	dec := yaml.NewDecoder(bytes.NewReader(body))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("issuer file %s: %w", path, err)
	}
	if f.Issuer == "" || f.Audience == "" || len(f.Keys) == 0 {
		return nil, fmt.Errorf("issuer file %s: issuer, audience and at least one key are needed", path)
	}
	i := &Issuer{name: f.Issuer, audience: f.Audience, keys: map[string]crypto.PublicKey{}, clock: c}
	for n, k := range f.Keys {
		block, _ := pem.Decode([]byte(k.PEM))
		if block == nil {
			return nil, fmt.Errorf("issuer file %s: keys[%d]: no PEM block", path, n)
		}
		if i.keys[k.ID], err = x509.ParsePKIXPublicKey(block.Bytes); err != nil {
			return nil, fmt.Errorf("issuer file %s: keys[%d]: %w", path, n, err)
		}
	}
	return i, nil
}

type claims struct {
	Issuer   string          `json:"iss"`
	Audience json.RawMessage `json:"aud"`
	Expires  int64           `json:"exp"`
	Begins   int64           `json:"nbf"`
	Subject  string          `json:"sub"`
	Roles    []string        `json:"roles"`
	Provider string          `json:"provider"`
	Customer string          `json:"customer"`
}

// Authenticate implements Authenticator. What is wrong with a token goes to the
// log, not to the caller.
func (i *Issuer) Authenticate(_ context.Context, token string) (Principal, error) {
	p, err := i.principal(token)
	if err != nil {
		return Principal{}, unknownToken().Because(err)
	}
	return p, nil
}

func (i *Issuer) principal(token string) (Principal, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Principal{}, errors.New("not a signed token")
	}
	var head struct {
		Alg string `json:"alg"`
		Key string `json:"kid"`
	}
	if err := part(parts[0], &head); err != nil {
		return Principal{}, err
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return Principal{}, err
	}
	key, ok := i.keys[head.Key]
	if !ok || !verify(head.Alg, key, []byte(parts[0]+"."+parts[1]), sig) {
		return Principal{}, fmt.Errorf("no valid signature by key %q", head.Key)
	}
	var c claims
	if err := part(parts[1], &c); err != nil {
		return Principal{}, err
	}
	return i.accept(c)
}

func (i *Issuer) accept(c claims) (Principal, error) {
	now := i.clock.Now()
	if c.Issuer != i.name || !hasAudience(c.Audience, i.audience) {
		return Principal{}, fmt.Errorf("issued by %q for %s", c.Issuer, c.Audience)
	}
	if c.Expires == 0 || !now.Before(time.Unix(c.Expires, 0)) || now.Before(time.Unix(c.Begins, 0)) {
		return Principal{}, errors.New("expired, or not valid yet")
	}
	p := Principal{Subject: c.Subject, Roles: c.Roles, Provider: c.Provider, Customer: c.Customer}
	return p, checkPrincipal(p)
}

func part(s string, into any) error {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// hasAudience reads "aud" as one text or a list of them.
func hasAudience(raw json.RawMessage, want string) bool {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return one == want
	}
	var many []string
	return json.Unmarshal(raw, &many) == nil && slices.Contains(many, want)
}

// verify checks a signature; the algorithm must be the one of the key's kind,
// so a token cannot choose a weaker one.
func verify(alg string, key crypto.PublicKey, signed, sig []byte) bool {
	sum := sha256.Sum256(signed)
	switch k := key.(type) {
	case ed25519.PublicKey:
		return alg == "EdDSA" && ed25519.Verify(k, signed, sig)
	case *ecdsa.PublicKey:
		if alg != "ES256" || len(sig) != 64 {
			return false
		}
		r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
		return ecdsa.Verify(k, sum[:], r, s)
	case *rsa.PublicKey:
		return alg == "RS256" && rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], sig) == nil
	}
	return false
}

// Sources is who may authenticate callers of a listener: the issuer where one
// is configured, and of the token file then only the peers; else the whole file.
func Sources(l listen.Config, tokens *TokenFile) (Authenticator, error) {
	if l.Issuer == "" {
		return tokens, nil
	}
	i, err := OpenIssuer(l.Issuer, clock.System{})
	if err != nil {
		return nil, err
	}
	return AnyOf(i, OnlyRole(RoleService, tokens)), nil
}

package rpc

import (
	"context"
	"strings"

	"google.golang.org/grpc/metadata"

	"cloudpact.dev/services/kit/fault"
)

// Authenticator tells whom a bearer token stands for.
type Authenticator interface {
	// Authenticate gives the token's principal, or an UNAUTHENTICATED fault. The
	// token is "" where the caller sent none.
	Authenticate(ctx context.Context, token string) (Principal, error)
}

// AuthFunc makes an Authenticator of a function.
type AuthFunc func(ctx context.Context, token string) (Principal, error)

// Authenticate implements Authenticator.
func (f AuthFunc) Authenticate(ctx context.Context, token string) (Principal, error) {
	return f(ctx, token)
}

// AnyOf asks one source after the other; the first that knows the token decides.
func AnyOf(sources ...Authenticator) Authenticator {
	return AuthFunc(func(ctx context.Context, token string) (Principal, error) {
		err := error(unknownToken())
		for _, s := range sources {
			p, e := s.Authenticate(ctx, token)
			if e == nil {
				return p, nil
			}
			if !fault.Is(e, fault.ReasonUnauthenticated) {
				return Principal{}, e
			}
			err = e
		}
		return Principal{}, err
	})
}

// OnlyRole lets nothing but holders of the role through a source.
func OnlyRole(role string, source Authenticator) Authenticator {
	return AuthFunc(func(ctx context.Context, token string) (Principal, error) {
		p, err := source.Authenticate(ctx, token)
		if err == nil && !p.Has(role) {
			return Principal{}, unknownToken()
		}
		return p, err
	})
}

func unknownToken() *fault.Fault {
	return fault.Unauthenticated("the call carries no bearer token that this suite issued; send authorization: Bearer <token>")
}

// bearer is the token of the incoming call, "" without one.
func bearer(ctx context.Context) string {
	for _, v := range metadata.ValueFromIncomingContext(ctx, "authorization") {
		if scheme, token, ok := strings.Cut(v, " "); ok && strings.EqualFold(scheme, "bearer") {
			return strings.TrimSpace(token)
		}
	}
	return ""
}

// WithToken makes the calls of the context carry the token, instead of any that
// the context carried before.
func WithToken(ctx context.Context, token string) context.Context {
	md, _ := metadata.FromOutgoingContext(ctx)
	if md == nil {
		md = metadata.MD{}
	}
	md.Set("authorization", "Bearer "+token)
	return metadata.NewOutgoingContext(ctx, md)
}

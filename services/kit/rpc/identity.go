package rpc

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
)

// maxRequestID bounds what is kept of a caller's request_id.
const maxRequestID = 128

// identify hands the request's id, its hash and validate_only to the commit.
// A request without request_id has no identity and is never replayed.
func (m *method) identify(ctx context.Context, msg proto.Message) (context.Context, error) {
	if m.requestID == nil && m.validateOnly == nil {
		return ctx, nil
	}
	r := msg.ProtoReflect()
	var out commit.Request
	if m.validateOnly != nil {
		out.ValidateOnly = r.Get(m.validateOnly).Bool()
	}
	if m.requestID != nil {
		out.ID = r.Get(m.requestID).String()
	}
	if out.ID == "" {
		if !out.ValidateOnly {
			return ctx, nil
		}
		return commit.WithRequest(ctx, out), nil
	}
	if err := checkRequestID(out.ID); err != nil {
		return nil, err
	}
	p := FromContext(ctx)
	out.Scope = strings.Join([]string{p.Provider, p.Subject, m.full, m.firstName(r)}, "\x1f")
	var err error
	if out.Hash, err = m.hash(r); err != nil {
		return nil, err
	}
	return commit.WithRequest(ctx, out), nil
}

func checkRequestID(id string) error {
	bad := len(id) > maxRequestID || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' })
	if bad {
		return fault.Invalid(fault.ReasonFieldInvalid, "request_id",
			fmt.Sprintf("request_id must be 1 to %d printable ASCII characters without spaces, for example a UUID", maxRequestID))
	}
	return nil
}

// firstName is the resource of the request where it is a single name.
func (m *method) firstName(r protoreflect.Message) string {
	for i, f := range m.resource {
		if f.IsList() || !r.Has(f) {
			return ""
		}
		if i == len(m.resource)-1 {
			return r.Get(f).String()
		}
		r = r.Get(f).Message()
	}
	return ""
}

// hash is of the request without request_id and validate_only, so that a dry
// run and the call proper are the same request.
func (m *method) hash(r protoreflect.Message) ([]byte, error) {
	for _, f := range []protoreflect.FieldDescriptor{m.requestID, m.validateOnly} {
		if f != nil && r.Has(f) {
			v := r.Get(f)
			r.Clear(f)
			defer r.Set(f, v)
		}
	}
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(r.Interface())
	if err != nil {
		return nil, fault.Internal(err)
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// collect notes where the call's changes come to stand, the last per stream.
func (m *method) collect(ctx context.Context) (context.Context, *[]Position) {
	var ps []Position
	return commit.WithObserver(ctx, func(o commit.Outcome) {
		if o.Position == 0 {
			return
		}
		for i := range ps {
			if ps[i].Stream == o.Stream {
				ps[i].Position = max(ps[i].Position, o.Position)
				return
			}
		}
		ps = append(ps, Position{Source: m.owner, Stream: o.Stream, Position: o.Position})
	}), &ps
}

// announce sets the header cloudpact-position.
func (m *method) announce(ctx context.Context, ps *[]Position) {
	if len(*ps) == 0 {
		return
	}
	md := metadata.MD{}
	for _, p := range *ps {
		md.Append(HeaderPosition, p.String())
	}
	// Fails only where the handler has sent its headers already; then the answer
	// goes without positions.
	_ = grpc.SetHeader(ctx, md)
}

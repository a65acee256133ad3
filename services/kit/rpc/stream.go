package rpc

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"cloudpact.dev/services/kit/fault"
)

// streaming answers one streaming call of m. Each message that comes in passes
// scope and shape; streams carry no request identity.
func (c *chain) streaming(m *method, ss grpc.ServerStream) (err error) {
	ctx := ss.Context()
	var who Principal
	end := c.observe.begin(ctx, m)
	defer func() {
		if r := recover(); r != nil {
			err = c.panicked(m, r)
		}
		f := fault.From(err)
		end(who, f)
		if f != nil {
			err = f.GRPCStatus().Err()
		}
	}()
	if who, err = c.admit(ctx, m); err != nil {
		return err
	}
	return m.stream(m.srv, &checkedStream{ServerStream: ss, ctx: WithPrincipal(ctx, who), chain: c, method: m})
}

type checkedStream struct {
	grpc.ServerStream
	ctx    context.Context
	chain  *chain
	method *method
}

// Context carries the principal.
func (s *checkedStream) Context() context.Context { return s.ctx }

// RecvMsg checks what it receives.
func (s *checkedStream) RecvMsg(into any) error {
	if err := s.ServerStream.RecvMsg(into); err != nil {
		return err
	}
	msg, ok := into.(proto.Message)
	if !ok {
		return nil
	}
	if err := s.method.checkScope(FromContext(s.ctx), msg.ProtoReflect()); err != nil {
		return err
	}
	if err := s.method.checkRequired(msg.ProtoReflect()); err != nil {
		return err
	}
	return s.chain.shape.check(msg)
}

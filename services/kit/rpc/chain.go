package rpc

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"cloudpact.dev/services/kit/fault"
)

// chain is what every call passes, whichever way it comes.
type chain struct {
	observe *observer
	auth    Authenticator
	shape   shape
	timeout time.Duration
}

// decode fills the request message, as gRPC hands it to a method's handler.
type decode = func(any) error

// unary answers one call of m. The error is always a status.
func (c *chain) unary(ctx context.Context, m *method, dec decode) (reply any, err error) {
	var who Principal
	end := c.observe.begin(ctx, m)
	defer func() {
		if r := recover(); r != nil {
			reply, err = nil, c.panicked(m, r)
		}
		f := fault.From(err)
		end(who, f)
		if f != nil {
			reply, err = nil, f.GRPCStatus().Err()
		}
	}()
	ctx, cancel := c.bounded(ctx, m)
	defer cancel()
	if who, err = c.admit(ctx, m); err != nil {
		return nil, err
	}
	return m.handler(m.srv, WithPrincipal(ctx, who), dec, m.intercept)
}

// admit tells who calls and whether that role may; before the request is read.
func (c *chain) admit(ctx context.Context, m *method) (Principal, error) {
	p, err := c.auth.Authenticate(ctx, bearer(ctx))
	if err != nil {
		return Principal{}, err
	}
	return p, m.checkRole(p)
}

// bounded gives calls without a deadline the server's. Peers ask for work that
// takes as long as it takes, such as everything that is due at one instant.
func (c *chain) bounded(ctx context.Context, m *method) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok || c.timeout <= 0 || m.internal {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.timeout)
}

func (c *chain) panicked(m *method, r any) error {
	c.observe.panics.WithLabelValues(m.full).Inc()
	return fault.Internal(fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
}

// interceptor is the part of the chain that needs the request.
func (c *chain) interceptor(m *method) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, h grpc.UnaryHandler) (any, error) {
		msg, ok := req.(proto.Message)
		if !ok {
			return nil, fault.Internal(fmt.Errorf("%s: %T is no message", m.full, req))
		}
		if err := m.checkScope(FromContext(ctx), msg.ProtoReflect()); err != nil {
			return nil, err
		}
		if err := m.checkRequired(msg.ProtoReflect()); err != nil {
			return nil, err
		}
		if err := c.shape.check(msg); err != nil {
			return nil, err
		}
		if err := m.await(ctx); err != nil {
			return nil, err
		}
		ctx, err := m.identify(ctx, msg)
		if err != nil {
			return nil, err
		}
		ctx, positions := m.collect(ctx)
		reply, err := h(ctx, req)
		if err == nil {
			m.announce(ctx, positions)
		}
		return reply, err
	}
}

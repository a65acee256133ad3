package rpc

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"cloudpact.dev/services/kit/fault"
)

// Conn is a connection to a service of the same process. Unary calls go
// straight to the handler, through the same chain as over TCP, with copied
// messages and a context that carries deadline, cancellation and metadata of
// the caller's and nothing else. Streams go through an in-memory pipe.
//
// The handler runs in the caller's goroutine: a handler that ignores its
// context holds its caller up.
type Conn struct {
	server  *Server
	service string
}

var _ grpc.ClientConnInterface = (*Conn)(nil)

// Conn gives a connection to the named service's methods. "" means all
// services; then methods with several owners need the header cloudpact-service.
// It may be asked for before anything is registered.
func (s *Server) Conn(service string) *Conn { return &Conn{s, service} }

// Invoke implements grpc.ClientConnInterface.
func (c *Conn) Invoke(ctx context.Context, full string, args, reply any, opts ...grpc.CallOption) (err error) {
	ts := &callStream{method: full}
	defer func() { finish(opts, ts, err) }()
	if err := ctx.Err(); err != nil {
		return status.FromContextError(err).Err()
	}
	src, ok1 := args.(proto.Message)
	dst, ok2 := reply.(proto.Message)
	if !ok1 || !ok2 {
		return status.Errorf(codes.Internal, "%s: %T and %T must be messages", full, args, reply)
	}
	sctx, err := serverContext(ctx, full, ts, opts)
	if err != nil {
		return err
	}
	res, err := c.call(sctx, full, func(in any) error { return copyMessage(in, src) })
	if err != nil {
		if e := ctx.Err(); e != nil {
			return status.FromContextError(e).Err()
		}
		return err
	}
	proto.Reset(dst)
	return copyMessage(dst, res)
}

func (c *Conn) call(ctx context.Context, full string, dec decode) (any, error) {
	if c.service == "" {
		return c.server.dispatch(ctx, full, dec)
	}
	for _, m := range c.server.owners(full) {
		if m.owner == c.service && m.handler != nil {
			return c.server.chain.unary(ctx, m, dec)
		}
	}
	return nil, unserved(full)
}

// NewStream implements grpc.ClientConnInterface.
func (c *Conn) NewStream(ctx context.Context, d *grpc.StreamDesc, full string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	if c.service != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, HeaderService, c.service)
	}
	return c.server.loop.NewStream(ctx, d, full, opts...)
}

// copyMessage copies src into dst, which may be another Go type of the same
// message (a dynamic one, for example).
func copyMessage(dst, src any) error {
	d, ok1 := dst.(proto.Message)
	s, ok2 := src.(proto.Message)
	if !ok1 || !ok2 {
		return fault.Internal(status.Errorf(codes.Internal, "%T and %T must be messages", dst, src))
	}
	if d.ProtoReflect().Descriptor() == s.ProtoReflect().Descriptor() {
		proto.Merge(d, s)
		return nil
	}
	b, err := proto.Marshal(s)
	if err != nil {
		return fault.Internal(err)
	}
	return proto.UnmarshalOptions{Merge: true}.Unmarshal(b, d)
}

// callContext is the server's side of a call: it ends when the caller's context
// ends, and sees none of its values.
type callContext struct{ context.Context }

// Value hides the caller's values.
func (callContext) Value(any) any { return nil }

// AfterFunc lets derived contexts follow the caller's without a goroutine.
func (c callContext) AfterFunc(f func()) func() bool { return context.AfterFunc(c.Context, f) }

func serverContext(ctx context.Context, full string, ts *callStream, opts []grpc.CallOption) (context.Context, error) {
	md, _ := metadata.FromOutgoingContext(ctx) // a copy
	for _, o := range opts {
		creds, ok := o.(grpc.PerRPCCredsCallOption)
		if !ok {
			continue
		}
		extra, err := creds.Creds.GetRequestMetadata(ctx, full)
		if err != nil {
			return nil, status.Error(codes.Unauthenticated, err.Error())
		}
		md = metadata.Join(md, metadata.New(extra))
	}
	sctx := metadata.NewIncomingContext(callContext{ctx}, md)
	sctx = peer.NewContext(sctx, &peer.Peer{Addr: pipeAddr{}})
	return grpc.NewContextWithServerTransportStream(sctx, ts), nil
}

// finish serves the call options that want something back.
func finish(opts []grpc.CallOption, ts *callStream, err error) {
	header, trailer := ts.take()
	for _, o := range opts {
		switch o := o.(type) {
		case grpc.HeaderCallOption:
			*o.HeaderAddr = header
		case grpc.TrailerCallOption:
			*o.TrailerAddr = trailer
		case grpc.PeerCallOption:
			*o.PeerAddr = peer.Peer{Addr: pipeAddr{}}
		case grpc.OnFinishCallOption:
			o.OnFinish(err)
		}
	}
}

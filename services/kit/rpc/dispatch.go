package rpc

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cloudpact.dev/services/kit/fault"
)

// served is the description that gRPC sees: the same methods, each of which
// finds its owner and passes the chain.
func (s *Server) served(d *grpc.ServiceDesc) *grpc.ServiceDesc {
	out := &grpc.ServiceDesc{ServiceName: d.ServiceName, HandlerType: d.HandlerType, Metadata: d.Metadata}
	for _, m := range d.Methods {
		full := "/" + d.ServiceName + "/" + m.MethodName
		out.Methods = append(out.Methods, grpc.MethodDesc{
			MethodName: m.MethodName,
			Handler: func(_ any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				return s.dispatch(ctx, full, dec)
			},
		})
	}
	for _, m := range d.Streams {
		full := "/" + d.ServiceName + "/" + m.StreamName
		out.Streams = append(out.Streams, grpc.StreamDesc{
			StreamName:    m.StreamName,
			ServerStreams: m.ServerStreams, ClientStreams: m.ClientStreams,
			Handler: func(_ any, ss grpc.ServerStream) error {
				o, err := s.owner(ss.Context(), full)
				if err != nil {
					return err
				}
				return s.chain.streaming(o, ss)
			},
		})
	}
	return out
}

// dispatch answers a call that came without telling its owner: by the header
// cloudpact-service, or, where several owners serve the method, by the request's
// name ("operations/billing/...").
func (s *Server) dispatch(ctx context.Context, full string, dec decode) (any, error) {
	m, err := s.owner(ctx, full)
	if err == nil {
		return s.chain.unary(ctx, m, dec)
	}
	var raw proto.Message
	for _, c := range s.owners(full) {
		take := func(in any) error {
			msg, ok := in.(proto.Message)
			if !ok {
				return fault.From(err)
			}
			if raw == nil {
				raw = msg.ProtoReflect().New().Interface()
				if err := dec(raw); err != nil {
					return err
				}
			}
			proto.Merge(msg, raw)
			return nil
		}
		if s.claims(c, take) {
			return s.chain.unary(ctx, c, take)
		}
	}
	return nil, err
}

// claims tells whether the request's name carries the owner as its second part.
func (s *Server) claims(m *method, take decode) bool {
	var name string
	_, _ = m.handler(m.srv, context.Background(), take, func(_ context.Context, req any, _ *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		r := req.(proto.Message).ProtoReflect()
		if f := r.Descriptor().Fields().ByName("name"); f != nil && f.Kind() == protoreflect.StringKind {
			name = r.Get(f).String()
		}
		return nil, nil
	})
	return strings.HasPrefix(name, "operations/"+m.owner+"/")
}

func (s *Server) owners(full string) []*method {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.methods[full]
}

// owner finds the one method that the call means.
func (s *Server) owner(ctx context.Context, full string) (*method, error) {
	all := s.owners(full)
	if want := metadata.ValueFromIncomingContext(ctx, HeaderService); len(want) > 0 {
		for _, m := range all {
			if m.owner == want[0] {
				return m, nil
			}
		}
	} else if len(all) == 1 {
		return all[0], nil
	}
	return nil, unserved(full)
}

func unserved(full string) error {
	f := &fault.Fault{
		Code: codes.Unimplemented, Reason: fault.ReasonUnavailable,
		Message: full + " is not served here; name its service in the header " + HeaderService,
	}
	return f.GRPCStatus().Err()
}

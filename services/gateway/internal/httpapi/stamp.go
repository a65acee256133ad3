package httpapi

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const metadataIdempotency = "cloudpact-idempotency-key"

// stamped writes an Idempotency-Key into the request's field request_id, unless
// the body names one itself.
type stamped struct{ grpc.ClientConnInterface }

// Invoke implements grpc.ClientConnInterface.
func (s stamped) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	md, _ := metadata.FromOutgoingContext(ctx)
	key := md.Get(metadataIdempotency)
	if len(key) == 0 {
		return s.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
	}
	md = md.Copy()
	md.Delete(metadataIdempotency)
	if m, ok := args.(proto.Message); ok {
		stamp(m.ProtoReflect(), key[0])
	}
	return s.ClientConnInterface.Invoke(metadata.NewOutgoingContext(ctx, md), method, args, reply, opts...)
}

func stamp(m protoreflect.Message, key string) {
	fd := m.Descriptor().Fields().ByName("request_id")
	if fd != nil && fd.Kind() == protoreflect.StringKind && m.Get(fd).String() == "" {
		m.Set(fd, protoreflect.ValueOfString(key))
	}
}

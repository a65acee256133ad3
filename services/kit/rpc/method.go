package rpc

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
)

// Hosted is one gRPC service that a server serves.
type Hosted struct {
	// Service is the owner's name in the Directory, for example "billing".
	Service string
	Desc    *grpc.ServiceDesc
	Impl    any
	// Internal services are for peers and operators; their calls are logged at
	// debug level. Several owners may host the same one (each serves its own
	// PeerService): callers are told apart by the Directory.
	Internal bool
	// Access stands in for the access option of methods whose proto file is not
	// ours (google.longrunning.Operations), by method name.
	Access map[string]*typev1.Access
	// Wait blocks until what the owner has read of a feed reaches the position.
	// Nil: calls that ask to wait are answered at once.
	Wait func(ctx context.Context, p Position) error
}

// method is one served method with everything the chain needs to know of it.
type method struct {
	full     string // "/package.Service/Method"
	name     string
	owner    string
	internal bool
	list     bool
	srv      any
	handler  grpc.MethodHandler
	stream   grpc.StreamHandler
	wait     func(context.Context, Position) error

	roles        []string
	resource     []protoreflect.FieldDescriptor
	path         string
	required     []protoreflect.FieldDescriptor
	requestID    protoreflect.FieldDescriptor
	validateOnly protoreflect.FieldDescriptor
	intercept    grpc.UnaryServerInterceptor
}

// compile makes the methods of one hosted service and refuses a method without
// a usable access option.
func compile(h Hosted) ([]*method, error) {
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(h.Desc.ServiceName))
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", h.Desc.ServiceName, err)
	}
	sd, ok := d.(protoreflect.ServiceDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is no service", h.Desc.ServiceName)
	}
	var out []*method
	for _, m := range h.Desc.Methods {
		c, err := compileMethod(h, sd, m.MethodName)
		if err != nil {
			return nil, err
		}
		c.handler = m.Handler
		out = append(out, c)
	}
	for _, m := range h.Desc.Streams {
		c, err := compileMethod(h, sd, m.StreamName)
		if err != nil {
			return nil, err
		}
		c.stream = m.Handler
		out = append(out, c)
	}
	return out, nil
}

func compileMethod(h Hosted, sd protoreflect.ServiceDescriptor, name string) (*method, error) {
	full := "/" + h.Desc.ServiceName + "/" + name
	md := sd.Methods().ByName(protoreflect.Name(name))
	if md == nil {
		return nil, fmt.Errorf("%s: not in its descriptor", full)
	}
	access := accessOf(h, md)
	if access == nil || len(access.GetRoles()) == 0 {
		return nil, fmt.Errorf("%s: no option (cloudpact.type.v1.access); a method that does not say who may call it is not served", full)
	}
	m := &method{
		full: full, name: name, owner: h.Service, internal: h.Internal,
		list: strings.HasPrefix(name, "List"), srv: h.Impl, wait: h.Wait, path: access.GetResource(),
	}
	for _, r := range access.GetRoles() {
		if r == typev1.Role_ROLE_UNSPECIFIED {
			return nil, fmt.Errorf("%s: access lists ROLE_UNSPECIFIED", full)
		}
		m.roles = append(m.roles, strings.ToLower(strings.TrimPrefix(r.String(), "ROLE_")))
	}
	var err error
	if m.resource, err = resolvePath(md.Input(), m.path); err != nil {
		return nil, fmt.Errorf("%s: access.resource: %w", full, err)
	}
	m.required = requiredOf(md.Input())
	m.requestID = fieldOf(md.Input(), "request_id", protoreflect.StringKind)
	m.validateOnly = fieldOf(md.Input(), "validate_only", protoreflect.BoolKind)
	return m, nil
}

func accessOf(h Hosted, md protoreflect.MethodDescriptor) *typev1.Access {
	if a := h.Access[string(md.Name())]; a != nil {
		return a
	}
	opts := md.Options()
	if opts == nil || !proto.HasExtension(opts, typev1.E_Access) {
		return nil
	}
	a, _ := proto.GetExtension(opts, typev1.E_Access).(*typev1.Access)
	return a
}

func fieldOf(d protoreflect.MessageDescriptor, name string, kind protoreflect.Kind) protoreflect.FieldDescriptor {
	f := d.Fields().ByName(protoreflect.Name(name))
	if f == nil || f.Kind() != kind || f.IsList() || f.IsMap() {
		return nil
	}
	return f
}

// resolvePath finds the fields of a dotted path that ends in a string or a list
// of strings; lists of messages may lie on the way.
func resolvePath(d protoreflect.MessageDescriptor, path string) ([]protoreflect.FieldDescriptor, error) {
	if path == "" {
		return nil, nil
	}
	var out []protoreflect.FieldDescriptor
	for part := range strings.SplitSeq(path, ".") {
		if d == nil {
			return nil, fmt.Errorf("%q goes through a field that is no message", path)
		}
		f := d.Fields().ByName(protoreflect.Name(part))
		if f == nil || f.IsMap() {
			return nil, fmt.Errorf("%s has no usable field %q", d.FullName(), part)
		}
		out = append(out, f)
		d = f.Message()
	}
	if last := out[len(out)-1]; last.Kind() != protoreflect.StringKind {
		return nil, fmt.Errorf("%q is no string", path)
	}
	return out, nil
}

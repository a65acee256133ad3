package httpapi

import (
	"context"
	"net/http"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// pathOnly keeps the field that stands in the path out of the query.
var pathOnly = utilities.NewDoubleArray([][]string{{"name"}})

// operation is a route of google.longrunning.Operations, for which no gateway
// code is generated.
type operation struct {
	verb, path, method string
	query              func(name string) proto.Message
	call               func(ctx context.Context, c longrunning.OperationsClient, req proto.Message) (proto.Message, error)
}

var operations = []operation{
	{
		http.MethodGet, "/v1/{name=operations/**}", "GetOperation",
		func(name string) proto.Message { return &longrunning.GetOperationRequest{Name: name} },
		func(ctx context.Context, c longrunning.OperationsClient, req proto.Message) (proto.Message, error) {
			return c.GetOperation(ctx, req.(*longrunning.GetOperationRequest))
		},
	},
	// Of two routes that match, the later one is taken: the operations of one
	// service, not an operation without a name.
	{
		http.MethodGet, "/v1/{name=operations/*}", "ListOperations",
		func(name string) proto.Message { return &longrunning.ListOperationsRequest{Name: name} },
		func(ctx context.Context, c longrunning.OperationsClient, req proto.Message) (proto.Message, error) {
			return c.ListOperations(ctx, req.(*longrunning.ListOperationsRequest))
		},
	},
	{
		http.MethodPost, "/v1/{name=operations/**}:wait", "WaitOperation",
		func(name string) proto.Message { return &longrunning.WaitOperationRequest{Name: name} },
		func(ctx context.Context, c longrunning.OperationsClient, req proto.Message) (proto.Message, error) {
			return c.WaitOperation(ctx, req.(*longrunning.WaitOperationRequest))
		},
	},
}

// registerOperations serves long-running operations.
func registerOperations(mux *runtime.ServeMux, conn grpc.ClientConnInterface) error {
	client := longrunning.NewOperationsClient(conn)
	for _, o := range operations {
		err := mux.HandlePath(o.verb, o.path, func(w http.ResponseWriter, r *http.Request, path map[string]string) {
			o.serve(mux, client, w, r, path["name"])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (o operation) serve(mux *runtime.ServeMux, client longrunning.OperationsClient, w http.ResponseWriter, r *http.Request, name string) {
	in, out := runtime.MarshalerForRequest(mux, r)
	ctx, err := runtime.AnnotateContext(r.Context(), mux, r, "/google.longrunning.Operations/"+o.method)
	if err != nil {
		runtime.HTTPError(r.Context(), mux, out, w, r, err)
		return
	}
	req := o.query(name)
	if o.verb == http.MethodPost {
		if err = in.NewDecoder(r.Body).Decode(req); err == nil {
			req.ProtoReflect().Set(req.ProtoReflect().Descriptor().Fields().ByName("name"), protoreflect.ValueOfString(name))
		}
	} else {
		err = strictQuery{}.Parse(req, r.URL.Query(), pathOnly)
	}
	if err != nil {
		runtime.HTTPError(ctx, mux, out, w, r, status.Error(codes.InvalidArgument, err.Error()))
		return
	}
	answer, err := o.call(ctx, client, req)
	if err != nil {
		runtime.HTTPError(ctx, mux, out, w, r, err)
		return
	}
	runtime.ForwardResponseMessage(ctx, mux, out, w, r, answer)
}

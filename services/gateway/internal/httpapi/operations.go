package httpapi

import (
	"net/http"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
)

// registerOperations serves long-running operations, for which no gateway code
// is generated.
func registerOperations(mux *runtime.ServeMux, conn grpc.ClientConnInterface) error {
	const method = "/google.longrunning.Operations/GetOperation"
	client := longrunning.NewOperationsClient(conn)
	return mux.HandlePath(http.MethodGet, "/v1/{name=operations/**}", func(w http.ResponseWriter, r *http.Request, path map[string]string) {
		_, out := runtime.MarshalerForRequest(mux, r)
		ctx, err := runtime.AnnotateContext(r.Context(), mux, r, method)
		if err != nil {
			runtime.HTTPError(r.Context(), mux, out, w, r, err)
			return
		}
		req := &longrunning.GetOperationRequest{Name: path["name"]}
		if err := (strictQuery{}).refuseAll(r.URL.Query()); err != nil {
			runtime.HTTPError(ctx, mux, out, w, r, err)
			return
		}
		op, err := client.GetOperation(ctx, req)
		if err != nil {
			runtime.HTTPError(ctx, mux, out, w, r, err)
			return
		}
		runtime.ForwardResponseMessage(ctx, mux, out, w, r, op)
	})
}

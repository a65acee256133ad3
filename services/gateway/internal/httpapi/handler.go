package httpapi

import (
	"context"
	"net/http"
	"net/textproto"
	"strings"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/rpc"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
)

// headerIdempotency is the HTTP header that stands for the field request_id.
const headerIdempotency = "Idempotency-Key"

// Handler serves /v1/ and, from Options.Docs, everything else.
func Handler(cfg Config, o Options) (http.Handler, error) {
	routes, err := readRoutes()
	if err != nil {
		return nil, err
	}
	api := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler()),
		runtime.WithErrorHandler(writeError),
		runtime.WithRoutingErrorHandler(writeRoutingError(routes)),
		runtime.SetQueryParameterParser(strictQuery{}),
		runtime.WithIncomingHeaderMatcher(incoming),
		runtime.WithOutgoingHeaderMatcher(outgoing),
		runtime.WithMetadata(idempotency),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithWriteContentLength(),
	)
	if err := register(api, o.Connect); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/v1/", guard(cfg, o, routes, api))
	if o.Docs != nil {
		mux.Handle("/", o.Docs)
	}
	return mux, nil
}

// marshaler writes fields that are set, in lowerCamelCase, and refuses unknown
// ones. int64 are strings and enums names, as protojson has it.
func marshaler() runtime.Marshaler {
	return &runtime.HTTPBodyMarshaler{Marshaler: &runtime.JSONPb{
		MarshalOptions:   protojson.MarshalOptions{EmitUnpopulated: false},
		UnmarshalOptions: protojson.UnmarshalOptions{DiscardUnknown: false},
	}}
}

// register binds every public service to its owner's connection.
func register(mux *runtime.ServeMux, connect func(string) grpc.ClientConnInterface) error {
	dial := func(service string) grpc.ClientConnInterface { return stamped{connect(service)} }
	billing, sla := dial("billing"), dial("sla")
	compliance, token := dial("compliance"), dial("token")
	ctx := context.Background() // the clients live as long as the process
	for _, err := range []error{
		contractv1.RegisterRegistryServiceHandlerClient(ctx, mux, contractv1.NewRegistryServiceClient(billing)),
		contractv1.RegisterContractServiceHandlerClient(ctx, mux, contractv1.NewContractServiceClient(billing)),
		billingv1.RegisterBillingServiceHandlerClient(ctx, mux, billingv1.NewBillingServiceClient(billing)),
		billingv1.RegisterChangeServiceHandlerClient(ctx, mux, billingv1.NewChangeServiceClient(billing)),
		slav1.RegisterSlaServiceHandlerClient(ctx, mux, slav1.NewSlaServiceClient(sla)),
		slav1.RegisterChangeServiceHandlerClient(ctx, mux, slav1.NewChangeServiceClient(sla)),
		compliancev1.RegisterComplianceServiceHandlerClient(ctx, mux, compliancev1.NewComplianceServiceClient(compliance)),
		compliancev1.RegisterChangeServiceHandlerClient(ctx, mux, compliancev1.NewChangeServiceClient(compliance)),
		tokenv1.RegisterTokenServiceHandlerClient(ctx, mux, tokenv1.NewTokenServiceClient(token)),
		tokenv1.RegisterChangeServiceHandlerClient(ctx, mux, tokenv1.NewChangeServiceClient(token)),
		registerOperations(mux, billing),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// incoming names the request headers that cross to the services.
func incoming(key string) (string, bool) {
	switch textproto.CanonicalMIMEHeaderKey(key) {
	case "X-Request-Id", "Traceparent", "Tracestate":
		return strings.ToLower(key), true
	case textproto.CanonicalMIMEHeaderKey(rpc.HeaderWaitFor):
		return rpc.HeaderWaitFor, true
	}
	return "", false
}

// outgoing names the answer headers that cross to the client.
func outgoing(key string) (string, bool) {
	switch key {
	case rpc.HeaderPosition, "x-request-id":
		return key, true
	}
	return "", false
}

// idempotency carries the header Idempotency-Key to the connection, which sets
// the field.
func idempotency(_ context.Context, r *http.Request) metadata.MD {
	if key := r.Header.Get(headerIdempotency); key != "" {
		return metadata.Pairs(metadataIdempotency, key)
	}
	return nil
}

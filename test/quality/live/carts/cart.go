// Command cart is the cart of the demo's shop in Go. CART_MODE=heap keeps some bytes for each POST /cart,
// CART_MODE=goroutines a goroutine that waits for ever. It counts what it really kept. As usual in Go, the program sets
// the stock instrumentation up itself; what it does is said by OTEL_ variables.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/contrib/instrumentation/runtime"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
)

const draftBytes = 24_576

type truth struct {
	Calls   int   `json:"calls"`
	Items   int   `json:"items"`
	Bytes   int64 `json:"bytes"`
	FirstMs int64 `json:"firstMs"`
}

var (
	mode   = os.Getenv("CART_MODE")
	onset  time.Time
	mutex  sync.Mutex
	drafts [][]byte
	kept   truth
	quotes [40][]float64
)

func main() {
	seconds, _ := strconv.Atoi(os.Getenv("CART_ONSET_S"))
	onset = time.Now().Add(time.Duration(seconds) * time.Second)
	instrument(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("POST /cart", func(w http.ResponseWriter, r *http.Request) {
		leave()
		answer(w)
	})
	mux.HandleFunc("GET /cart/{user}", func(w http.ResponseWriter, r *http.Request) { answer(w) })
	mux.HandleFunc("DELETE /cart/{user}", func(w http.ResponseWriter, r *http.Request) { answer(w) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(listener, otelhttp.NewHandler(mux, "cart"))) }()
	fmt.Printf("{\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	obey()
}

func instrument(ctx context.Context) {
	spans, err := autoexport.NewSpanExporter(ctx)
	if err != nil {
		log.Fatal(err)
	}
	reader, err := autoexport.NewMetricReader(ctx)
	if err != nil {
		log.Fatal(err)
	}
	self, err := resource.New(ctx, resource.WithFromEnv(), resource.WithTelemetrySDK(), resource.WithProcessPID(),
		resource.WithProcessRuntimeName(), resource.WithProcessRuntimeVersion(), resource.WithHost())
	if err != nil {
		log.Fatal(err)
	}
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithBatcher(spans), trace.WithResource(self)))
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader), metric.WithResource(self)))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	// Exports are as close as in a recording; otherwise a value stands for 15 s.
	if err := runtime.Start(runtime.WithMinimumReadMemStatsInterval(time.Second)); err != nil {
		log.Fatal(err)
	}
}

func leave() {
	mutex.Lock()
	defer mutex.Unlock()
	if time.Now().Before(onset) || mode == "healthy" {
		return
	}
	if kept.Calls == 0 {
		kept.FirstMs = time.Now().UnixMilli()
	}
	kept.Calls++
	kept.Items++
	if mode == "goroutines" {
		never := make(chan struct{})
		go func() { <-never }()
		return
	}
	draft := make([]byte, draftBytes)
	for i := range draft {
		draft[i] = byte(i)
	}
	drafts = append(drafts, draft)
	kept.Bytes += draftBytes
}

func answer(w http.ResponseWriter) {
	prices := make([]float64, 2000)
	for pieces := range prices {
		prices[pieces] = math.Pow(float64(pieces), 0.9)
	}
	mutex.Lock()
	quotes[time.Now().UnixNano()%int64(len(quotes))] = prices
	mutex.Unlock()
	w.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]float64{"price": prices[7]})
}

func obey() {
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		if orders.Text() == "truth" {
			mutex.Lock()
			said, _ := json.Marshal(map[string]truth{"truth": kept})
			mutex.Unlock()
			fmt.Println(string(said))
		}
	}
}

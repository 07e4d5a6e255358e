// Reads an exposition with Prometheus' own text reader for clients: `expfmt FILE TIMES`. A line of JSON: ms of each time.
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: expfmt FILE TIMES")
	}
	body, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	times, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	took := make([]float64, 0, times)
	for range times {
		started := time.Now()
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
		if err != nil || len(families) == 0 {
			log.Fatalf("%d families: %v", len(families), err)
		}
		took = append(took, float64(time.Since(started).Microseconds())/1000)
	}
	if err := json.NewEncoder(os.Stdout).Encode(took); err != nil {
		log.Fatal(err)
	}
}

package v1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// WidgetLabel is on every part of a widget and holds the widget's name.
const WidgetLabel = "samples.example.com/widget"

// OrderLabel names the controller that an order, a ConfigMap, is for.
const OrderLabel = "samples.example.com/order"

// WidgetSpec says how a widget is to be.
type WidgetSpec struct {
	// Parts is the number of parts; each becomes a ConfigMap of its own.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=10
	Parts int `json:"parts,omitempty"`

	// Revision is written into every part: a new one means that all of them are written again.
	Revision int64 `json:"revision,omitempty"`
}

// WidgetStatus says how a widget is.
type WidgetStatus struct {
	ReadyParts         int   `json:"readyParts,omitempty"`
	ObservedRevision   int64 `json:"observedRevision,omitempty"`
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}

// Widget is a thing made of parts.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
type Widget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   WidgetSpec   `json:"spec,omitempty"`
	Status WidgetStatus `json:"status,omitempty"`
}

// WidgetList is a list of widgets.
// +kubebuilder:object:root=true
type WidgetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Widget `json:"items"`
}

import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';
import { copyMessage } from './copy-message.js';

/** What stands in the place of a tensor; the tensor itself leaves it as it is. */
export type TensorMapping = (tensor: TensorProto) => TensorProto;

/**
 * The same model with other tensors: initializers, those in attributes, branches and functions. Whatever holds no
 * changed tensor is shared with the original.
 */
export function mapTensors(model: ModelProto, mapping: TensorMapping): ModelProto {
  const graph = model.graph === undefined ? undefined : mapGraph(model.graph, mapping);
  const functions = mapEach(model.functions, (each) => {
    const node = mapEach(each.node, (inner) => mapNode(inner, mapping));
    const attributeProto = mapEach(each.attributeProto, (inner) => mapAttribute(inner, mapping));
    return node === each.node && attributeProto === each.attributeProto
      ? each
      : copyMessage(each, { node, attributeProto });
  });
  if (graph === model.graph && functions === model.functions) return model;
  return copyMessage(model, { functions, ...(graph === undefined ? {} : { graph }) });
}

function mapGraph(graph: GraphProto, mapping: TensorMapping): GraphProto {
  const initializer = mapEach(graph.initializer, mapping);
  const node = mapEach(graph.node, (each) => mapNode(each, mapping));
  return initializer === graph.initializer && node === graph.node
    ? graph
    : copyMessage(graph, { initializer, node });
}

function mapNode(node: NodeProto, mapping: TensorMapping): NodeProto {
  const attribute = mapEach(node.attribute, (each) => mapAttribute(each, mapping));
  return attribute === node.attribute ? node : copyMessage(node, { attribute });
}

function mapAttribute(attribute: AttributeProto, mapping: TensorMapping): AttributeProto {
  const t = attribute.t === undefined ? undefined : mapping(attribute.t);
  const g = attribute.g === undefined ? undefined : mapGraph(attribute.g, mapping);
  const tensors = mapEach(attribute.tensors, mapping);
  const graphs = mapEach(attribute.graphs, (each) => mapGraph(each, mapping));
  if (
    t === attribute.t &&
    g === attribute.g &&
    tensors === attribute.tensors &&
    graphs === attribute.graphs
  ) {
    return attribute;
  }
  return copyMessage(attribute, {
    tensors,
    graphs,
    ...(t === undefined ? {} : { t }),
    ...(g === undefined ? {} : { g }),
  });
}

/** The list itself when nothing in it has changed. */
function mapEach<T>(list: T[], mapping: (each: T) => T): T[] {
  const mapped = list.map(mapping);
  return mapped.every((each, place) => each === list[place]) ? list : mapped;
}
